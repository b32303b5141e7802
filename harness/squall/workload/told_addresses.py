"""Addresses with a password that an answer tells, such as a copy that names where it is from.

    Cache-Status: orders; hit; detail="postgresql://orders:s3cret@10.0.0.7:5432/orders is away"

Of an answer that succeeds neither headers nor texts are kept. These are, so that it can be seen
later whose password it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/@:\"'<>]*:[^\s/@\"'<>]+@", re.IGNORECASE)
"""``scheme://user:password@``; a password in an address has no slash and no space."""
MAX_TOLD = 3
MAX_TEXT = 100_000
"""Characters of a body that are searched."""


def told_addresses(text: str, headers: Mapping[str, str]) -> str:
    """The different ones, at most :data:`MAX_TOLD`, a line each."""
    found: dict[str, None] = {}
    for place in (*headers.values(), text[:MAX_TEXT]):
        if "://" in place:
            found.update(dict.fromkeys(ADDRESS.findall(place)))
    return "\n".join(list(found)[:MAX_TOLD])
