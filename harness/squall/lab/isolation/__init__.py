"""Isolate the app and its set-up from everything outside the lab."""
