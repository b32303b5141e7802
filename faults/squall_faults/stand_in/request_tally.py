"""The requests that a stand-in received, counted. No query, header or body is kept.

Of the idempotency keys of writes that may have been done, hashes are: to tell how many there were,
and which of them say the same.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from squall_faults.stand_in.writes_again import WritesAgain

MAX_KINDS = 256
"""Different combinations of method, path and status that are kept apart."""
MAX_SHOWN = 200
"""Letters of a path that are kept."""
OTHERS = "(others)"
MAX_KEYS = 100_000
NEW_THINGS = ("POST", "PATCH")
"""Methods of which a repeat without its key may do it twice."""
NOT_DONE = frozenset({*range(400, 500), 503})
"""Statuses of which nobody thinks that it was done."""
NO_STATUS = 0
"""No status line was sent."""


class RequestTally:
    """Counters that only grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._again = WritesAgain()
        self.requests = 0
        """All that arrived."""
        self.unknown = 0
        """Those for which no answer was declared."""
        self._keys: set[int] = set()
        self._kinds: Counter[tuple[str, str, int]] = Counter()

    def count(self, method: str, path: str, status: int, *, known: bool) -> bool:
        """One more. ``path`` is the pattern of its answer if there is one. Whether it is the first
        of its kind.
        """
        self.requests += 1
        self.unknown += not known
        kind = (method[:16], path[:MAX_SHOWN], status)
        if kind not in self._kinds and len(self._kinds) >= MAX_KINDS:
            kind = ("", OTHERS, status)
        self._kinds[kind] += 1
        return self._kinds[kind] == 1

    def count_key(
        self,
        method: str,
        key: bytes | None,
        status: int,
        *,
        content: int = 0,
        in_doubt: bool = False,
    ) -> None:
        """Remember that a write with this key may have been done. ``in_doubt``: its client got no
        whole answer. ``content``: of path and body.
        """
        if not key or method not in NEW_THINGS or status in NOT_DONE:
            return
        self._again.arrived(content, hash(key), self._now(), in_doubt=in_doubt)
        if len(self._keys) < MAX_KEYS:
            self._keys.add(hash(key))

    def shown(self) -> dict[str, Any]:
        """For the API, most frequent first."""
        return {
            "requests": self.requests,
            "unknown": self.unknown,
            "keys": len(self._keys),
            "writes": self._again.shown(),
            "seen": [
                {"method": method, "path": path, "status": status, "count": number}
                for (method, path, status), number in self._kinds.most_common()
            ],
        }
