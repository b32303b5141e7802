"""The requests that a stand-in received, counted. No query, header or body is kept."""

from __future__ import annotations

from collections import Counter
from typing import Any

MAX_KINDS = 256
"""Different combinations of method, path and status that are kept apart."""
MAX_SHOWN = 200
"""Letters of a path that are kept."""
OTHERS = "(others)"
NO_STATUS = 0
"""No status line was sent."""


class RequestTally:
    """Counters that only grow."""

    def __init__(self) -> None:
        self.requests = 0
        """All that arrived."""
        self.unknown = 0
        """Those for which no answer was declared."""
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

    def shown(self) -> dict[str, Any]:
        """For the API, most frequent first."""
        return {
            "requests": self.requests,
            "unknown": self.unknown,
            "seen": [
                {"method": method, "path": path, "status": status, "count": number}
                for (method, path, status), number in self._kinds.most_common()
            ],
        }
