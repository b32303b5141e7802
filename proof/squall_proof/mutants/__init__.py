"""The mutants: check that each deliberate defect is caught by the gates that should catch it."""

FIRST = "first"
SETS = (FIRST, "second", "third", "fourth", "fifth", "sixth")
"""Sets of mutants: the later ones were listed before their checks were written."""
