"""Columns that a write sets back: it saves the whole row as it was when it read it.

    PUT /contacts/7/phone     reads the row ──────────────────▶ email = old, phone = new      200
    PUT /contacts/7/email           email = new, committed, 200

Nobody asked for the old address, and the new one is gone. What concerns an operation is learned
from the run: the columns that it changed while no other write to its row was under way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from squall.core.events import CommitsRead, RowChanged
from squall.gates.committed_rows import CLOCK_SECONDS
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digests_of_values

SLACK_SECONDS = 0.5
"""A commit may be dated too early by this much, on a machine that is starved of processors."""
LEAST_ALONE = 2
"""Writes of an operation without another one beside them, each of which left the column as others
had set it.
"""
LEAST_FOUND = 2
"""One write back may have a reason that nobody knows."""

Kind = tuple[str, tuple[str, ...]]
"""An operation, and the fields that its body has."""


@dataclass(frozen=True, slots=True)
class SetBack:
    """A change that undid another one of the same row."""

    column: str
    """``contacts.email``."""
    undone: tuple[Op, ...]
    """The writes of which one had changed it."""
    by: Op
    """The write that set it back, though it does not concern it."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One change of a row that was seen before."""

    before: RowChanged
    change: RowChanged
    columns: frozenset[str]
    """Those that have another value than before."""
    ops: tuple[Op, ...]
    """The writes that may have done it."""

    @property
    def at(self) -> float:
        """When it was committed."""
        return self.change.at


@dataclass(slots=True)
class _Learned:
    """What writes change that no other write met."""

    concerns: defaultdict[Kind, set[str]] = field(default_factory=lambda: defaultdict(set))
    left: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    """How often a column that others had changed was left as it was."""

    def leaves(self, op: Op, column: str) -> bool:
        """Whether this kind of write is known to leave the column as it is."""
        kind = _kind(op)
        concerned = column in self.concerns[kind] or column in kind[1]
        return not concerned and self.left[kind, column] >= LEAST_ALONE


def set_back(evidence: Evidence) -> list[SetBack]:
    """The changes that were undone by writes that they do not concern."""
    if not any(isinstance(event, CommitsRead) for event in evidence.events):
        return []
    writes = _by_segment(op for op in evidence.ops if op.effect != "read")
    rows = [_steps(changes, writes) for changes in _rows(evidence.events)]
    learned = _Learned()
    for steps in rows:
        _learn(steps, learned)
    found = [one for steps in rows for one in _undone(steps, learned)]
    return found if len(found) >= LEAST_FOUND else []


def _rows(events: Iterable[object]) -> Iterable[list[RowChanged]]:
    """The changes of each row that has a key, in commit order."""
    found: defaultdict[tuple[str, str], list[RowChanged]] = defaultdict(list)
    for event in events:
        if isinstance(event, RowChanged) and event.row:
            found[event.table, event.row].append(event)
    return [sorted(changes, key=lambda one: one.at) for changes in found.values()]


def _by_segment(ops: Iterable[Op]) -> Mapping[str, list[Op]]:
    found: defaultdict[str, list[Op]] = defaultdict(list)
    for op in ops:
        for segment in set(op.segments):
            found[segment].append(op)
    return found


def _steps(changes: Sequence[RowChanged], writes: Mapping[str, list[Op]]) -> list[_Step]:
    return [
        _Step(before, change, _differing(before, change), _may_have_done(change, writes))
        for before, change in pairwise(changes)
    ]


def _may_have_done(change: RowChanged, writes: Mapping[str, list[Op]]) -> tuple[Op, ...]:
    """The writes that name the row and were under way; one without an answer still is."""
    named = {op.id: op for value in set(change.ids.values()) for op in writes.get(value, ())}
    return tuple(
        op for op in named.values()
        if op.sent - CLOCK_SECONDS <= change.at
        and (op.status is None or change.at <= op.done + SLACK_SECONDS)
    )  # fmt: skip


def _differing(before: RowChanged, change: RowChanged) -> frozenset[str]:
    """A large value that was not changed is not in the log."""
    return frozenset(
        column for column, value in change.values.items()
        if before.values.get(column, value) != value
    )  # fmt: skip


def _kind(op: Op) -> Kind:
    return op.name, tuple(sorted(digests_of_values(op.wanted)))


def _learn(steps: Iterable[_Step], learned: _Learned) -> None:
    changed: dict[str, Kind | None] = {}
    for step in steps:
        kinds = {_kind(op) for op in step.ops}
        alone = next(iter(kinds)) if len(kinds) == 1 else None
        if alone is not None and len(step.ops) == 1:
            learned.concerns[alone] |= step.columns
            for column in changed.keys() - step.columns:
                learned.left[alone, column] += changed[column] != alone
        changed |= dict.fromkeys(step.columns, alone)


def _undone(steps: Sequence[_Step], learned: _Learned) -> Iterator[SetBack]:
    for place, step in enumerate(steps):
        for column in step.columns:
            earlier = [one for one in steps[:place] if column in one.columns]
            for op in step.ops:
                since = [one for one in earlier if one.at >= op.sent - CLOCK_SECONDS]
                was = {one.before.values[column] for one in since}
                if (
                    step.change.values[column] in was
                    and learned.leaves(op, column)
                    and not _explained([*since, step], op, column, learned)
                ):
                    told = tuple(other for other in since[-1].ops if other.id != op.id)
                    yield SetBack(f"{step.change.table}.{column}", told, op)
                    break


def _explained(steps: Iterable[_Step], by: Op, column: str, learned: _Learned) -> bool:
    """Whether there were as many writes that may change the column as changes of it."""
    steps = list(steps)
    others = {op.id for step in steps for op in step.ops
              if op.id != by.id and not learned.leaves(op, column)}  # fmt: skip
    return len(others) >= len(steps)
