"""Work that a worker owed to a new row, and has never done, while it did that of later ones.

    in calm          uploads.id 7 ◀── results.upload_id, 1, some time after the answer
    in the outage    uploads.id 9     nothing, and uploads.id 12, a second later, has its result

A worker that takes a job in one transaction and does it in the next one loses it between the two.
What other operations write is not owed: a payment may follow an order, or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from squall.core.events import FamilyCommitted
from squall.gates.committed_rows import (
    CLOCK_SECONDS,
    MAX_LAG_SECONDS,
    MIN_LEARNED,
    CommittedRows,
    learn_links,
)
from squall.gates.odd_families import TOLERANCE_SECONDS, tables_of_others
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

LATER_SECONDS = 0.5
"""Workers side by side finish in another order than they began."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A row that never got what a worker adds to such rows."""

    family: FamilyCommitted
    operation: str
    column: str


def undone_work(evidence: Evidence, rows: CommittedRows) -> list[Owed]:
    """What is owed since the first fault, if anything."""
    families = [one for one in evidence.events if isinstance(one, FamilyCommitted) and one.answered]
    start = evidence.first_injected
    if not families or start is None:
        return []
    known = [*(one for one in evidence.calm.families if one.answered), *families]
    return [
        Owed(family, name, column)
        for name, parent, column, number in _learn(evidence, rows, known)
        for family in _left_out([one for one in families if one.parent == parent], column, number)
        if family.at >= start - LATER_SECONDS
    ]


def makers_of(evidence: Evidence, owed: Iterable[Owed]) -> list[Op]:
    """The requests whose answers name these rows."""
    values = {(one.operation, one.family.answered) for one in owed}
    return [
        op
        for op in evidence.ops
        if any((op.name, value) in values for value in identities(op).values())
    ]


def _left_out(
    families: Sequence[FamilyCommitted], column: str, number: int
) -> Iterator[FamilyCommitted]:
    """Those without it, although later ones have it."""
    served = [one.at for one in families if len(one.commits.get(column, ())) >= number]
    last = max(served, default=0.0)
    for one in families:
        if len(one.commits.get(column, ())) < number and one.at + LATER_SECONDS < last:
            yield one


def _learn(
    evidence: Evidence, rows: CommittedRows, families: Sequence[FamilyCommitted]
) -> Iterator[tuple[str, str, str, int]]:
    """Operation, parent, column and number of what each request in calm got from a worker."""
    by_id = {(one.parent, one.answered): one for one in families}
    calm: defaultdict[str, list[Op]] = defaultdict(list)
    for op in evidence.without_fault:
        if op.effect != "read" and op.good:
            calm[op.name].append(op)
    links = learn_links(evidence, rows)
    for name, ops in calm.items():
        if len(ops) < MIN_LEARNED:
            continue
        others = tables_of_others(evidence, rows, links, name)
        for parent in sorted({one.parent for one in families}):
            made = _made(ops, parent, by_id)
            for column, number in _owed(made) if len(made) == len(ops) else ():
                if column.rpartition(".")[0] not in others:
                    yield name, parent, column, number


def _made(
    ops: Iterable[Op], parent: str, by_id: dict[tuple[str, str], FamilyCommitted]
) -> list[tuple[Op, FamilyCommitted]]:
    """The row of each request that its answer names, committed while it ran."""
    found = (
        (op, family)
        for op in ops
        for value in dict.fromkeys(identities(op).values())
        if (family := by_id.get((parent, value))) is not None
        and op.sent - CLOCK_SECONDS <= family.at <= op.done + MAX_LAG_SECONDS
    )
    return list({op.id: (op, family) for op, family in found}.values())


def _owed(made: Sequence[tuple[Op, FamilyCommitted]]) -> Iterator[tuple[str, int]]:
    """Columns that all have, some of them later than the answer."""
    for column in sorted({column for _, family in made for column in family.commits}):
        found = [(op, family.commits.get(column, [])) for op, family in made]
        number = min(len(commits) for _, commits in found)
        if number and any(max(ats) > op.done + TOLERANCE_SECONDS for op, ats in found):
            yield column, number
