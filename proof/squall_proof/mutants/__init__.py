"""The mutants: check that each deliberate defect is caught by the gates that should catch it."""

FIRST = "first"
SERVICES = "services"
"""Of what the reference app may use besides its database."""
SETS = (
    FIRST,
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "fourteenth",
    SERVICES,
)
"""Sets of mutants: the later ones were listed before their checks were written."""
