"""What requests of the load may have removed, so that it is missing for a good reason.

DELETE /authors/3 ──▶ GET /authors/3, GET /authors/3/books, GET /authors    may lack something
                      GET /books/8      if the log shows that this book was deleted with him
                      GET /authors/4, GET /books/9                          may not
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from squall.core.events import RowDeleted
from squall.gates.committed_rows import CLOCK_SECONDS
from squall.history.evidence import Evidence
from squall.history.op import Op

GRACE_SECONDS = 1.0
"""After the answer to a DELETE, or without one, until the last of its rows is deleted."""
REMOVES = "DELETE "


class Removals:
    """The requests of a run that delete, and what they may have removed."""

    def __init__(self, evidence: Evidence) -> None:
        self._ops = [op for op in evidence.ops if op.request.startswith(REMOVES)]
        self._paths = {tuple(op.segments) for op in self._ops}
        self._knows = evidence.knows_commits
        self._gone = self._beside(e for e in evidence.events if isinstance(e, RowDeleted))
        self._items = _items(evidence.ops) if self._ops else frozenset()

    def __bool__(self) -> bool:
        """Whether any request deletes."""
        return bool(self._ops)

    def may_concern(self, op: Op) -> bool:
        """Whether what this request asks for may have been removed: its own path says so, or a row
        that it names is gone; also if nothing is known of rows, or if its path names none.
        """
        if not self._ops:
            return False
        if not self._knows or op.name not in self._items:
            return True
        own = tuple(op.segments)
        return not self._gone.isdisjoint(own) or any(are_related(own, path) for path in self._paths)

    def under_way(self, at: float) -> bool:
        """Whether a request that deletes was under way then, or just ended; also if one was only
        accepted (202), so that nobody knows when it is done.
        """
        return any(
            op.is_accepted or op.sent - CLOCK_SECONDS <= at <= op.done + GRACE_SECONDS
            for op in self._ops
        )

    def name(self, key: str) -> bool:
        """Whether the path of one of them has this value."""
        return any(key in path for path in self._paths)

    def _beside(self, deleted: Iterable[RowDeleted]) -> frozenset[str]:
        """Keys of rows that were deleted with those that the paths name, or by the app itself. Of
        two tables that number their rows from 1, a path means one.
        """
        tables: defaultdict[str, set[str]] = defaultdict(set)
        for event in deleted:
            tables[event.key].add(event.table)
        return frozenset(key for key, own in tables.items() if len(own) > 1 or not self.name(key))


def are_related(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one of two paths begins with the other."""
    return all(mine == its for mine, its in zip(one, other, strict=False))


def _items(ops: Sequence[Op]) -> frozenset[str]:
    """The operations whose paths differ, so that they name what is asked for."""
    paths: defaultdict[str, set[str]] = defaultdict(set)
    for op in ops:
        paths[op.name].add(op.path)
    return frozenset(name for name, own in paths.items() if len(own) > 1)
