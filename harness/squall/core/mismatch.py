"""What does not fit in data that somebody else wrote, as a text of bounded length."""

from __future__ import annotations

from cattrs import transform_error

from squall.core.counting import listed

SHOWN_PROBLEMS = 3
SHOWN_LETTERS = 300
"""One wrong list of 5,000 elements has 5,000 problems, and a number can have 5,000 digits."""


def describe_mismatch(error: Exception) -> str:
    """The first problems with their places, and the number of the others."""
    problems = [one[:SHOWN_LETTERS] for one in transform_error(error)]
    return listed(problems, SHOWN_PROBLEMS)
