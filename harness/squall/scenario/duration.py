"""Durations in deadlines of the app: ``1.5 deadlines`` is longer than any request may take.

lasting: 800 ms          lasting: 2 s          lasting: 1.5 deadlines
"""

from __future__ import annotations

import re

from squall.core.errors import UsageError

SYNTAX = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|deadlines?)")
SECONDS = {"s": 1.0, "ms": 0.001}


def parse_duration(text: str) -> tuple[float, float]:
    """Seconds and deadlines, one of which is 0.

    Raises:
        UsageError: the text cannot be parsed; the message has an example.
    """
    found = SYNTAX.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is not a duration; write '800 ms', '2 s' or '1.5 deadlines' (of the app)"
        )
    number = float(found["number"])
    if found["unit"] in SECONDS:
        return number * SECONDS[found["unit"]], 0.0
    return 0.0, number
