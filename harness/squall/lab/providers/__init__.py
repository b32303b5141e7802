"""Providers: start, stop and watch the components of a lab."""
