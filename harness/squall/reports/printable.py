"""Make text of an app, a log or a name safe to print: terminals execute control characters."""

from __future__ import annotations

import re

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0 and C1 controls except tab and newline, and characters that change the text direction."""


def printable(text: str) -> str:
    r"""The text with its control characters escaped: ``\x1b[2J`` is printed, not executed."""
    return CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)
