"""Scenarios: faults, load and gates."""
