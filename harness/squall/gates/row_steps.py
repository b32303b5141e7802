"""The changes of each row one after the other, and which write did each.

A write is the one that did it if the row got a value that it alone sent; or if it is the only one
that was under way and is not known to have done something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from squall.core.events import RowChanged
from squall.gates.committed_rows import CLOCK_SECONDS
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digests_of_values

SLACK_SECONDS = 0.5
"""A commit may be later than its answer by this much, by its date."""

Kind = tuple[str, tuple[str, ...]]
"""An operation, and the fields that its body has."""


@dataclass(frozen=True, slots=True)
class RowStep:
    """One change of a row that was seen before."""

    before: RowChanged
    change: RowChanged
    columns: frozenset[str]
    """Those that have another value than before."""
    ops: tuple[Op, ...]
    """The writes that may have done it."""
    doer: Op | None = None
    """The one that did it, if that is known."""

    @property
    def at(self) -> float:
        """When it was committed."""
        return self.change.at

    @property
    def is_met(self) -> bool:
        """Whether the row was changed otherwise while its write was under way."""
        return self.doer is None or self.before.at >= self.doer.sent - CLOCK_SECONDS


def kind_of(op: Op) -> Kind:
    """What requests like this one change."""
    return op.name, tuple(sorted(digests_of_values(op.wanted)))


def row_steps(evidence: Evidence) -> list[list[RowStep]]:
    """Those of each row that a path names; none if the server's log was not read."""
    if not evidence.knows_commits:
        return []
    writes = _by_segment(op for op in evidence.ops if op.effect != "read")
    return [list(_with_doers(_steps(changes, writes))) for changes in _rows(evidence.events)]


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


def _steps(changes: Sequence[RowChanged], writes: Mapping[str, list[Op]]) -> list[RowStep]:
    return [
        RowStep(before, change, _differing(before, change), _may_have_done(change, writes))
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


def _with_doers(steps: Sequence[RowStep]) -> Iterator[RowStep]:
    by_value = [_sole(op for op in step.ops if _has_stored(op, step)) for step in steps]
    known = {op.id for op in by_value if op is not None}
    for step, doer in zip(steps, by_value, strict=True):
        left = _sole(op for op in step.ops if op.id not in known)
        yield replace(step, doer=doer or left)


def _sole(ops: Iterable[Op]) -> Op | None:
    found = list(ops)
    return found[0] if len(found) == 1 else None


def _has_stored(op: Op, step: RowStep) -> bool:
    """Whether the row has a value now that this write sent."""
    now = {step.change.values[column] for column in step.columns}
    return not now.isdisjoint(digests_of_values(op.wanted).values())
