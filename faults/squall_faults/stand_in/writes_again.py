"""Writes that say the same as one before them, under another idempotency key.

    POST /payments  key k1  {"order": 7}  ✗ no answer     it may have been done: in doubt
    POST /payments  key k2  {"order": 7}                  the same, as something new

Two clients may want the same thing within a second: how often that happens is seen at writes that
were answered. Of key, path and body only a hash is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

WITHIN_SECONDS = 1.0
MAX_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class _Write:
    at: float
    key: int
    in_doubt: bool


class WritesAgain:
    """Counters that only grow."""

    def __init__(self) -> None:
        self.answered = 0
        """Writes with a key that were answered."""
        self.answered_alike = 0
        """Those after which another key came with the same, within a second."""
        self.in_doubt = 0
        """Writes with a key that may have been done, and were not answered in full."""
        self.in_doubt_again = 0
        """Those after which another key came with the same, within a second."""
        self._last: OrderedDict[int, _Write] = OrderedDict()

    def arrived(self, content: int, key: int, now: float, *, in_doubt: bool) -> None:
        """One more. ``content`` tells one request from another, whatever its key is."""
        last = self._last.pop(content, None)
        if last is not None and last.key != key and now - last.at <= WITHIN_SECONDS:
            self.in_doubt_again += last.in_doubt
            self.answered_alike += not last.in_doubt
        self.in_doubt += in_doubt
        self.answered += not in_doubt
        self._last[content] = _Write(now, key, in_doubt)
        if len(self._last) > MAX_KEPT:
            self._last.popitem(last=False)

    def shown(self) -> dict[str, int]:
        """For the API."""
        return {
            "answered": self.answered,
            "answered_alike": self.answered_alike,
            "in_doubt": self.in_doubt,
            "in_doubt_again": self.in_doubt_again,
        }
