"""Durations, also in the app's own measure: its deadline, and the time that its start takes.

lasting: 800 ms          lasting: 2 s          lasting: 1.5 deadlines          lasting: 2 starts
"""

from __future__ import annotations

import re
from typing import NamedTuple

from squall.core.errors import UsageError

SYNTAX = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|deadlines?|starts?)")
SECONDS = {"s": 1.0, "ms": 0.001}


class Duration(NamedTuple):
    """One of them is not 0."""

    seconds: float = 0.0
    deadlines: float = 0.0
    starts: float = 0.0


def parse_duration(text: str) -> Duration:
    """The duration that a text gives.

    Raises:
        UsageError: the text cannot be parsed; the message has an example.
    """
    found = SYNTAX.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is not a duration; write '800 ms', '2 s', '1.5 deadlines' or '2 starts'"
            " (of the app)"
        )
    number, unit = float(found["number"]), found["unit"]
    if unit in SECONDS:
        return Duration(seconds=number * SECONDS[unit])
    if unit.startswith("deadline"):
        return Duration(deadlines=number)
    return Duration(starts=number)
