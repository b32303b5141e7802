"""Reads that show what their row never had: a number that the app counts by itself, in memory.

    GET /items/7 ──▶ {"stock": 5}         items.stock = 5
    POST /orders ──▶ 503                  the counter is lowered, and the transaction rolled back
    GET /items/7 ──▶ {"stock": 4}         long after: no transaction ever stored it

A cache that is behind shows what the row had, or what the same request showed before: neither
counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from squall.gates.namesakes import is_namesake
from squall.gates.row_log import Place, RowLog
from squall.gates.stale_reads import SETTLED_SECONDS, works_again
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digests_of_values

LEAST_MATCHES = 6
LEAST_DIFFERENT = 3
"""This many different values prove that a field shows a column."""
LEAST = 2
LEAST_AGAIN = 2
"""Reads that showed a change at once prove that nothing is cached."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One read, and what is known of the column that one of its fields may show."""

    op: Op
    value: str
    seen: frozenset[str]
    """What the same request showed before."""
    stored: frozenset[str]
    current: frozenset[str]
    """What the row had while it was read; empty if that is unknown."""
    tells: bool
    """Whether a match tells the column: it has the field's name, or no other one had the value."""


@dataclass(slots=True)
class _Shown:
    """What the reads of one operation show of one column."""

    matches: set[tuple[int, str]] = field(default_factory=set)
    """The reads that show what the row has, each with the value."""
    odd: list[Op] = field(default_factory=list)
    """Those that show what it never had, since the app works again."""
    new: list[Op] = field(default_factory=list)
    """The same, where this request was not asked before: a cache may have the row's first value."""
    again: int = 0
    """Matches of a request that showed something else before: no cache was in between."""
    differs: bool = False
    """Whether a read showed something else before the first fault."""

    def add(self, read: _Read, begun: float, since: float) -> None:
        """Learn one read. ``since``: from when on the app works again."""
        if read.value in read.current:
            if read.tells:
                self.matches.add((read.op.id, read.value))
            self.again += bool(read.seen - {read.value})
        elif read.current and read.op.done <= begun:
            self.differs = True
        elif read.current and read.op.sent >= since and read.value not in read.seen | read.stored:
            (self.odd if read.seen else self.new).append(read.op)

    @property
    def never_stored(self) -> list[Op]:
        """The reads that no cache explains, if the field shows the column."""
        different = {value for _, value in self.matches}
        enough = len(self.matches) >= LEAST_MATCHES and len(different) >= LEAST_DIFFERENT
        if self.differs or not enough:
            return []
        return [*self.odd, *(self.new if self.again >= LEAST_AGAIN else [])]


def shown_but_never_stored(evidence: Evidence, log: RowLog) -> list[Op]:
    """The reads since the app works again that show what no transaction has stored."""
    reads = [op for op in evidence.ops if op.effect == "read" and op.good and op.texts]
    begun, since = evidence.bounds("before")[1], works_again(evidence)
    found: defaultdict[tuple[str, Place], _Shown] = defaultdict(_Shown)
    known: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for op in sorted(reads, key=lambda op: op.sent):
        shown = digests_of_values(op.texts)
        before = known[op.request]
        for place in set() if op.copy else set(_places(op, shown, log)):
            seen = frozenset(value for name, value in before if name == place.field)
            read = _look(op, place, shown[place.field], seen, log)
            found[op.name, place].add(read, begun, since)
        before |= set(shown.items())
    odd = {op.id: op for one in found.values() for op in one.never_stored}
    return list(odd.values()) if len(odd) >= LEAST else []


def _look(op: Op, place: Place, value: str, seen: frozenset[str], log: RowLog) -> _Read:
    changes = [change for change in log.of(op, place) if change.at <= op.done]
    earlier = [change.at for change in changes if change.at <= op.sent - SETTLED_SECONDS]
    current = [change for change in changes if earlier and change.at >= earlier[-1]]
    stored, now = (
        frozenset(change.values[place.column] for change in some) for some in (changes, current)
    )
    others = {
        digest for one in current for name, digest in one.values.items() if name != place.column
    }
    tells = is_namesake(place.field, place.column) or value not in others
    return _Read(op, value, seen, stored, now, tells)


def _places(op: Op, shown: Iterable[str], log: RowLog) -> Iterator[Place]:
    """The columns, of rows that its path names, that have the name of a field or could be one."""
    for identity, change in log.named_by(op):
        for column in change.values:
            if column != identity:
                for name in shown:
                    yield Place(name, change.table, identity, column)
