"""Judges: pure functions from evidence to findings. Import the module that you need."""
