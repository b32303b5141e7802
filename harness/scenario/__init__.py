"""Scenarios and labs: what is run, and where."""
