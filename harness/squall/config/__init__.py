"""The configuration of an app and its sources: ``[tool.squall]``, options, the app's source."""
