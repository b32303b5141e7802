"""Columns that a write sets back: it saves the whole row as it was when it read it.

    PUT /contacts/7/phone     reads the row ──────────────────▶ email = old, phone = new      200
    PUT /contacts/7/email           email = new, committed, 200

Nobody asked for the old address, and the new one is gone. What concerns an operation is learned
from the run: the columns that it changed while nothing else changed its row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from squall.gates.committed_rows import CLOCK_SECONDS
from squall.gates.row_steps import Kind, RowStep, kind_of, row_steps
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_UNMET = 2
"""Writes of an operation while which the row was not changed otherwise; each left the column as
others had set it.
"""
LEAST_FOUND = 2
"""One write back may have a reason that nobody knows."""


@dataclass(frozen=True, slots=True)
class SetBack:
    """A change that undid another one of the same row."""

    column: str
    """``contacts.email``."""
    undone: tuple[Op, ...]
    """The writes of which one had changed it."""
    by: Op
    """The write that set it back, though it does not concern it."""


@dataclass(slots=True)
class _Learned:
    """What writes change while nothing else changes their row."""

    concerns: defaultdict[Kind, set[str]] = field(default_factory=lambda: defaultdict(set))
    left: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    """How often a column that others had changed was left as it was."""

    def leaves(self, op: Op, column: str) -> bool:
        """Whether this kind of write is known to leave the column as it is."""
        kind = kind_of(op)
        concerned = column in self.concerns[kind] or column in kind[1]
        return not concerned and self.left[kind, column] >= LEAST_UNMET

    def note(self, steps: Sequence[RowStep]) -> None:
        """Learn from one row."""
        changed: dict[str, Kind | None] = {}
        for step in steps:
            kind = None if step.doer is None else kind_of(step.doer)
            if kind is not None and not step.is_met:
                self.concerns[kind] |= step.columns
                for column in changed.keys() - step.columns:
                    self.left[kind, column] += changed[column] not in (None, kind)
            changed |= dict.fromkeys(step.columns, kind)


def set_back(evidence: Evidence) -> list[SetBack]:
    """The changes that were undone by writes that they do not concern."""
    rows, learned = row_steps(evidence), _Learned()
    for steps in rows:
        learned.note(steps)
    found = [one for steps in rows for one in _undone(steps, learned)]
    return found if len(found) >= LEAST_FOUND else []


def _undone(steps: Sequence[RowStep], learned: _Learned) -> Iterator[SetBack]:
    for place, step in enumerate(steps):
        if (op := step.doer) is None:
            continue
        for column in step.columns:
            since = [one for one in steps[:place]
                     if column in one.columns and one.at >= op.sent - CLOCK_SECONDS]  # fmt: skip
            was = {one.before.values[column] for one in since}
            if step.change.values[column] in was and learned.leaves(op, column):
                last = since[-1]
                told = last.ops if last.doer is None else (last.doer,)
                others = tuple(each for each in told if each.id != op.id)
                yield SetBack(f"{step.change.table}.{column}", others, op)
