"""A write that was repeated blindly, although nothing in its rows tells so.

    POST /payments ── sent ─── payments.id 7 ─── payments.id 8 ─── 201 {"id": 8}
                               says the same as 8, and no answer names it

It needs no key and no relation. In calm, each row of the table was named by the answer of its
request. A row that no answer names belongs to a request without success, as long as there is one
that may have made it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from squall.core.events import RowsAlike
from squall.gates.committed_rows import (
    CLOCK_SECONDS,
    MAX_LAG_SECONDS,
    CommittedRows,
    acknowledged_writes,
    learn_links,
)
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome
from squall.history.shape import identities

BY_CLIENTS = "client."
"""Faults whose requests are not all in the history."""


@dataclass(frozen=True, slots=True)
class Again:
    """A row that says the same as that of this request, and was committed while it ran."""

    op: Op
    at: float
    table: str


def written_again(evidence: Evidence, rows: CommittedRows) -> list[Again]:
    """Rows of requests that had made theirs already."""
    alike = [event for event in evidence.events if isinstance(event, RowsAlike)]
    start = evidence.first_injected
    if not alike or start is None or evidence.has_other_callers:
        return []
    found: list[Again] = []
    for name, links in learn_links(evidence, rows).items():
        for place, column in links or ():
            named = {
                identities(op)[place]: op
                for op in acknowledged_writes(evidence.ops)
                if op.name == name and place in identities(op)
            }
            groups = [event for event in alike if event.column == column]
            extra = [one for number, group in enumerate(groups)
                     for one in _unnamed(number, group, named)]  # fmt: skip
            if all(one.at >= start for one in extra):
                found += _unexplained(evidence, name, column, extra)
    return found


@dataclass(frozen=True, slots=True)
class _Unnamed:
    """A row that no answer names."""

    at: float
    group: int
    """Rows of one group say the same."""
    maker: Op | None
    """The request that ran then, and whose answer names a row of the group."""


def _unnamed(number: int, group: RowsAlike, named: Mapping[str, Op]) -> Iterator[_Unnamed]:
    makers = [named[value] for value in group.answered if value in named]
    for at, value in zip(group.commits, group.answered, strict=True):
        if value not in named:
            yield _Unnamed(at, number, next((op for op in makers if _ran(op, at)), None))


def _ran(op: Op, at: float) -> bool:
    return op.sent <= at <= op.done + CLOCK_SECONDS


def _unexplained(
    evidence: Evidence, name: str, column: str, extra: list[_Unnamed]
) -> Iterator[Again]:
    """What no request without success can have made: each explains one row. A second row of its
    group, at its time, is its own, too.
    """
    failed = [op for op in evidence.ops if op.name == name and op.outcome is not Outcome.APPLIED]
    explained: defaultdict[int, list[Op]] = defaultdict(list)
    for row in sorted(extra, key=lambda one: one.at):
        op = next((one for one in failed if one.sent <= row.at <= _latest(one)), None)
        if op is not None:
            failed.remove(op)
            explained[row.group].append(op)
            continue
        again = row.maker or next((one for one in explained[row.group] if _ran(one, row.at)), None)
        if again is not None:
            yield Again(again, row.at, column.rpartition(".")[0])


def _latest(op: Op) -> float:
    """Until when a request may have its effect: without an answer, for ever."""
    return math.inf if op.status is None else op.done + MAX_LAG_SECONDS
