"""Format numbers with the nouns that they count, and lists that are cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLURAL = re.compile(r"(process)es\b|(\w+)s\b")
"""Match the first word of a bite's description: faults name what they count in the plural."""


def counted(count: int, what: str) -> str:
    """A number and its noun: ``1 session killed``, ``2 sessions killed``."""
    if count == 1:
        what = _PLURAL.sub(lambda noun: noun[1] or noun[2], what, count=1)
    return f"{count} {what}"


def listed(things: Sequence[str], shown: int) -> str:
    """The first ``shown`` of these: ``a, b, c and 4 more``."""
    more = f" and {len(things) - shown} more" if len(things) > shown else ""
    return ", ".join(things[:shown]) + more
