"""Work that a worker owed to a new row, and has never done, while it did that of later ones.

    in calm          uploads.id 7 ◀── results.upload_id, 1, some time after the answer
    in the outage    uploads.id 9     nothing, and uploads.id 12, a second later, has its result

    in calm          orders.id 7      state is changed once, some time after the answer
    in the outage    orders.id 9      it stays as it was made, and orders.id 12 is confirmed

A worker that takes a job in one transaction and does it in the next one loses it between the two.
What other operations write is not owed: a payment may follow an order, or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from squall.core.events import FamilyCommitted, RowFollowed
from squall.gates.committed_rows import (
    CLOCK_SECONDS,
    MAX_LAG_SECONDS,
    MIN_LEARNED,
    CommittedRows,
    learn_links,
)
from squall.gates.odd_families import TOLERANCE_SECONDS, tables_of_others
from squall.gates.others_changes import columns_of_others
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

New = FamilyCommitted | RowFollowed
"""A new row with what was added to it, or with what was changed of it."""

LATER_SECONDS = 0.5
"""Workers side by side finish in another order than they began."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A row that never got what a worker adds to such rows, or changes of them."""

    family: New
    operation: str
    column: str

    @property
    def lacks(self) -> str:
        """What is missing."""
        is_row = isinstance(self.family, FamilyCommitted)
        return f"their row in {self.column}" if is_row else f"their change of {self.column}"


def undone_work(evidence: Evidence, rows: CommittedRows) -> list[Owed]:
    """What is owed since the first fault, if anything."""
    added = [one for one in evidence.events if isinstance(one, FamilyCommitted) and one.answered]
    changed = [one for one in evidence.events if isinstance(one, RowFollowed) and one.answered]
    before = [one for one in evidence.calm.families if one.answered]
    return [
        *_undone(evidence, rows, added, before),
        *_undone(evidence, rows, changed, evidence.calm.followed),
    ]


def _undone(
    evidence: Evidence, rows: CommittedRows, families: Sequence[New], before: Sequence[New]
) -> Iterator[Owed]:
    start = evidence.first_injected
    if not families or start is None:
        return
    for name, parent, column, number in _learn(evidence, rows, [*before, *families]):
        own = [one for one in families if one.parent == parent]
        for family in _left_out(own, column, number):
            if family.at >= start - LATER_SECONDS:
                yield Owed(family, name, column)


def makers_of(evidence: Evidence, owed: Iterable[Owed]) -> list[Op]:
    """The requests whose answers name these rows."""
    values = {(one.operation, one.family.answered) for one in owed}
    return [
        op
        for op in evidence.ops
        if any((op.name, value) in values for value in identities(op).values())
    ]


def _left_out(families: Sequence[New], column: str, number: int) -> Iterator[New]:
    """Those without it, although later ones have it. What is lent to a worker until a time that
    the row names is not lost yet.
    """
    served = [one.at for one in families if len(one.commits.get(column, ())) >= number]
    last = max(served, default=0.0)
    for one in families:
        lent = isinstance(one, RowFollowed) and one.timed
        if len(one.commits.get(column, ())) < number and one.at + LATER_SECONDS < last and not lent:
            yield one


def _learn(
    evidence: Evidence, rows: CommittedRows, families: Sequence[New]
) -> Iterator[tuple[str, str, str, int]]:
    """Operation, parent, column and number of what each request in calm got from a worker."""
    by_id = {(one.parent, one.answered): one for one in families}
    calm: defaultdict[str, list[Op]] = defaultdict(list)
    start = evidence.first_injected or 0.0
    for op in sorted(evidence.without_fault, key=lambda op: op.sent):
        if op.effect != "read" and op.good:
            calm[op.name].append(op)
    links = learn_links(evidence, rows)
    for name, ops in calm.items():
        if len(ops) < MIN_LEARNED:
            continue
        others = tables_of_others(evidence, rows, links, name)
        for parent in sorted({one.parent for one in families}):
            made = _made(ops, parent, by_id)
            owed = list(_owed(made, start)) if len(made) == len(ops) else []
            changed = columns_of_others(evidence, made) if owed else frozenset()
            for column, number in owed:
                foreign = _is_added(made) and column.rpartition(".")[0] in others
                if not foreign and column not in changed:
                    yield name, parent, column, number


def _is_added(made: Sequence[tuple[Op, New]]) -> bool:
    return isinstance(made[0][1], FamilyCommitted)


def _made(
    ops: Iterable[Op], parent: str, by_id: Mapping[tuple[str, str], New]
) -> list[tuple[Op, New]]:
    """The row of each request that its answer names, committed while it ran."""
    found = (
        (op, family)
        for op in ops
        for value in dict.fromkeys(identities(op).values())
        if (family := by_id.get((parent, value))) is not None
        and op.sent - CLOCK_SECONDS <= family.at <= op.done + MAX_LAG_SECONDS
    )
    return list({op.id: (op, family) for op, family in found}.values())


def _owed(made: Sequence[tuple[Op, New]], start: float) -> Iterator[tuple[str, int]]:
    """Columns that all have, some of them later than the answer. The last ones before the fault may
    be the first that were lost.
    """
    for column in sorted({column for _, family in made for column in family.commits}):
        found = [(op, family.commits.get(column, [])) for op, family in made]
        number = min(len(commits) for _, commits in found[:MIN_LEARNED])
        while found and len(found[-1][1]) < number and found[-1][0].done > start - LATER_SECONDS:
            found.pop()
        if not number or len(found) < MIN_LEARNED:
            continue
        number = min(len(commits) for _, commits in found)
        if number and any(max(ats) > op.done + TOLERANCE_SECONDS for op, ats in found):
            yield column, number
