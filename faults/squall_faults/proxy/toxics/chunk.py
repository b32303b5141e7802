"""Bytes in motion, with the time from which delays count."""

from __future__ import annotations

from typing import NamedTuple


class Chunk(NamedTuple):
    """What one read of a socket brought."""

    data: bytes
    at: float
    """Monotonic time of arrival; a toxic that delays moves it on, so that delays add up."""
