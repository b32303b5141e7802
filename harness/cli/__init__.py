"""The ``squall`` command."""
