"""Scenarios in the formats of other tools; what these cannot express is refused."""
