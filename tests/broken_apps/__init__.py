"""Copies of the reference app with one defect each: what the judges must catch."""
