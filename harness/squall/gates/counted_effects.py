"""Numbers that requests count: a visit adds 1, a change raises the version by 1.

    in calm          POST /counters/7/visits, 3 x 201     counters.visits of 7 moved by 3
    in the outage    POST /counters/7/visits, 2 x 201     moved by 3: one was counted twice
                     POST /counters/7/visits, 4 x 201     moved by 3: one was written over

What one request moves is learned from rows of which all requests are known to be done: from before
the load, before the fault, and those that the outage did not touch. A column is judged if each of
these rows moved by as much as its requests say, in as many steps, and if no other row moved.
A request without success may have been done or not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from squall.core.events import NumbersCounted
from squall.gates.committed_rows import MIN_LEARNED
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digests_of_values, is_uuid

SLACK_SECONDS = 0.5
"""A commit may be dated too early by this much."""
LEAST_AGAIN = 2
"""Rows that several requests of an operation moved: each counts, and not only the first."""
MOST_OPERATIONS = 4
"""Operations that may move numbers of the same rows."""
TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Miscounted:
    """A row that moved by another amount than its requests say."""

    column: str
    row: str
    moved: float
    least: float
    """The sum of what was acknowledged."""
    most: float
    """The same with what may have been done."""
    is_more: bool
    """Whether a request was counted more than once."""
    ops: tuple[Op, ...]


@dataclass(slots=True)
class _Row:
    """One row, the requests that name it, and its moves."""

    ops: list[Op] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether each request has an outcome that says what it did."""
        return all(op.good and not op.is_accepted for op in self.ops)

    @property
    def names(self) -> Counter[str]:
        """How many requests of each operation."""
        return Counter(op.name for op in self.ops)


def miscounted(evidence: Evidence) -> list[Miscounted]:
    """The rows that the outage has left with a wrong number."""
    start = evidence.first_injected
    events = [event for event in evidence.events if isinstance(event, NumbersCounted)]
    if start is None or not events:
        return []
    writes = [op for op in evidence.ops if op.effect != "read"]
    found: list[Miscounted] = []
    for event in events:
        rows = _rows(writes, event)
        touched = {name for name, row in rows.items() if _is_touched(row, evidence)}
        clean = [row for name, row in rows.items() if name not in touched]
        learned = [*_early(evidence, event), *_before(writes, event, start), *clean]
        each = _learn([row for row in learned if row.is_known])
        explained = "" not in event.rows and all(row.ops for row in rows.values())
        if each and explained and not _acts_unseen(evidence, event):
            found += _wrong(event.column, {name: rows[name] for name in touched}, each)
    return _without_other_callers(evidence, found)


def _acts_unseen(evidence: Evidence, event: NumbersCounted) -> bool:
    """Whether a write that names nothing in its path is too rare to know what it moves."""
    seen = Counter(op.name for op in evidence.without_fault if op.good)
    return any(
        op.request.startswith("POST ")
        and seen[op.name] < MIN_LEARNED
        and not any(one.isdigit() or is_uuid(one) or one in event.rows for one in op.segments)
        for op in evidence.ops
        if op.effect != "read"
    )


def _rows(
    writes: Iterable[Op], event: NumbersCounted, until: float | None = None
) -> dict[str, _Row]:
    """The rows that moved, by key."""
    rows: defaultdict[str, _Row] = defaultdict(_Row)
    for at, name, by in zip(event.commits, event.rows, event.moves, strict=True):
        if until is None or at < until:
            rows[name].moves.append(by)
    for op in writes:
        for name in set(op.segments) & set(event.rows):
            if until is None or op.sent < until:
                rows[name].ops.append(op)
    return dict(rows)


def _is_touched(row: _Row, evidence: Evidence) -> bool:
    """Whether the outage may have concerned a request of it."""
    start, healed = evidence.bounds("during")
    return any(op.done >= start and op.sent <= healed + SLACK_SECONDS for op in row.ops)


def _early(evidence: Evidence, event: NumbersCounted) -> Iterable[_Row]:
    """The rows of the requests before the load. A request that moved none of them counts, too."""
    same = [one for one in evidence.calm.counted if one.column == event.column]
    return _rows(evidence.calm.ops, same[0]).values() if same else ()


def _before(writes: Sequence[Op], event: NumbersCounted, start: float) -> list[_Row]:
    """The rows as they were when the fault came, if nothing was under way then."""
    busy = {
        name
        for op in writes
        if op.done >= start and op.sent <= start + SLACK_SECONDS
        for name in op.segments
    }
    rows = _rows(writes, event, start)
    return [row for name, row in rows.items() if name not in busy]


def _learn(rows: Sequence[_Row]) -> Mapping[str, float]:
    """By how much a request of each operation moves its row; empty if that is not sure."""
    each = _solved(rows)
    seen = Counter(op.name for row in rows for op in row.ops)
    again = Counter(name for row in rows for name, number in row.names.items() if number > 1)
    known = {
        name: by
        for name, by in each.items()
        if seen[name] >= MIN_LEARNED and (not by or again[name] >= LEAST_AGAIN)
    }
    whole = [row for row in rows if known.keys() >= row.names.keys()]
    return known if all(_agrees(row, known) for row in whole) and any(known.values()) else {}


def _solved(rows: Sequence[_Row]) -> dict[str, float]:
    """What one row says of each operation, where only one of its operations is unknown yet."""
    each: dict[str, float] = {}
    for _ in range(MOST_OPERATIONS):
        for row in rows:
            unknown = [name for name in row.names if name not in each]
            if len(unknown) == 1:
                others = sum(each.get(op.name, 0.0) for op in row.ops)
                each[unknown[0]] = (sum(row.moves) - others) / row.names[unknown[0]]
    return each


def _agrees(row: _Row, each: Mapping[str, float]) -> bool:
    """Whether it moved as its requests say, a step for each."""
    expected = [each[name] for name in row.names.elements() if each[name]]
    return len(expected) == len(row.moves) and abs(sum(expected) - sum(row.moves)) <= TINY


def _wrong(
    column: str, rows: Mapping[str, _Row], each: Mapping[str, float]
) -> Iterator[Miscounted]:
    for name, row in sorted(rows.items()):
        if not each.keys() >= row.names.keys():
            continue
        done = [op for op in row.ops if op.good and not op.is_accepted]
        sure = sum({op.key or str(op.id): each[op.name] for op in done}.values())
        perhaps = [each[op.name] for op in row.ops]
        if min(perhaps) < 0 < max(perhaps):
            continue  # what is missing of one may be an excess of the other
        moved, most = sum(row.moves), sum(perhaps)
        is_more = abs(moved) > abs(most) + TINY
        is_less = abs(moved) < abs(sure) - TINY and not _wants_again(row.ops)
        if is_more or is_less:
            yield Miscounted(column, name, moved, sure, most, is_more, tuple(row.ops))


def _wants_again(ops: Iterable[Op]) -> bool:
    """Whether two updates send a field the same value: the second one may change nothing."""
    sent = [(op.name, *pair) for op in ops for pair in digests_of_values(op.wanted).items()]
    return len(set(sent)) < len(sent)


def _without_other_callers(evidence: Evidence, found: list[Miscounted]) -> list[Miscounted]:
    """Where not all requests are in the history, a number may be larger."""
    return [one for one in found if not (evidence.has_other_callers and one.is_more)]
