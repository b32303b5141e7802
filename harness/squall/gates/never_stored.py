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

from squall.core.events import RowChanged
from squall.gates.stale_reads import SETTLED_SECONDS, works_again
from squall.gates.stored_updates import Place, RowLog
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digests_of_values

LEAST_MATCHES = 6
LEAST_DIFFERENT = 3
"""So many different values prove that a field shows a column."""
LEAST = 2


@dataclass(slots=True)
class _Shown:
    """What the reads of one operation show of one column."""

    matches: set[tuple[int, str]] = field(default_factory=set)
    """The reads that show what the row has, each with the value."""
    odd: list[Op] = field(default_factory=list)
    """Those that show what it never had, since the app works again."""
    differs: bool = False
    """Whether a read showed something else before the first fault."""

    @property
    def is_known(self) -> bool:
        different = {value for _, value in self.matches}
        enough = len(self.matches) >= LEAST_MATCHES and len(different) >= LEAST_DIFFERENT
        return enough and not self.differs


def shown_but_never_stored(evidence: Evidence, log: RowLog) -> list[Op]:
    """The reads since the app works again that show what no transaction has stored."""
    reads = [op for op in evidence.ops if op.effect == "read" and op.good and op.texts]
    reads.sort(key=lambda op: op.sent)
    found: defaultdict[tuple[str, Place], _Shown] = defaultdict(_Shown)
    begun, since = evidence.bounds("before")[1], works_again(evidence)
    known: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for op in reads:
        shown = digests_of_values(op.texts)
        for place in set() if op.copy else set(_places(op, shown, log)):
            one, value = found[op.name, place], shown[place.field]
            changes = [change for change in log.of(op, place) if change.at <= op.done]
            earlier = [change for change in changes if change.at <= op.sent - SETTLED_SECONDS]
            current = {
                c.values[place.column] for c in changes if earlier and c.at >= earlier[-1].at
            }
            if value in current:
                one.matches.add((op.id, value))
            elif current and op.done <= begun:
                one.differs = True
            elif current and op.sent >= since and _is_new(op, place, value, known, changes):
                one.odd.append(op)
        known[op.request] |= set(shown.items())
    odd = {op.id: op for one in found.values() if one.is_known for op in one.odd}
    return list(odd.values()) if len(odd) >= LEAST else []


def _is_new(
    op: Op,
    place: Place,
    value: str,
    known: dict[str, set[tuple[str, str]]],
    changes: Iterable[RowChanged],
) -> bool:
    """Whether neither the row nor the same request ever had it, though it was asked before."""
    before = known[op.request]
    was_asked = any(name == place.field for name, _ in before)
    stored = {change.values[place.column] for change in changes}
    return was_asked and (place.field, value) not in before and value not in stored


def _places(op: Op, shown: Iterable[str], log: RowLog) -> Iterator[Place]:
    """The columns, of rows that its path names, that have the name of a field or could be one."""
    for identity, change in log.named_by(op):
        for column in change.values:
            if column != identity:
                for name in shown:
                    yield Place(name, change.table, identity, column)
