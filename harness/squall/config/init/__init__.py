"""``squall init``: draft a configuration from an app's source, without running any of it."""
