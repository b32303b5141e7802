"""Updates that replace rows, and were refused when the old ones were gone and no new ones there.

    in calm          PUT /pictures/7/labels ──▶ 200     labels.picture = 7: others than before
    in the outage    PUT /pictures/7/labels ──▶ 503     labels.picture = 7: none

The old rows are deleted in a transaction of its own. What an acknowledged request always makes is
learned from all of the run: one that may send an empty list proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from squall.core.events import RowChanged, RowsEmptied
from squall.gates.committed_rows import CLOCK_SECONDS, MIN_LEARNED
from squall.gates.removals import Removals
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome

SOON_SECONDS = 0.1
"""From the refusal to the rest of its work, if that goes on in the background."""
SLACK_SECONDS = 0.5
"""A commit may be dated too early by this much, on a machine that is starved of processors."""


def emptied_by_refused(evidence: Evidence) -> list[tuple[Op, RowsEmptied]]:
    """The refused updates, and what they have emptied since the first fault."""
    start = evidence.first_injected
    emptied = [event for event in evidence.events if isinstance(event, RowsEmptied)]
    if start is None or not emptied:
        return []
    removals = Removals(evidence)
    writes = [op for op in evidence.ops if op.effect != "read"]
    made = [event for event in evidence.events if isinstance(event, RowChanged)]
    columns = {name: _always_made(writes, made, name) for name in {op.name for op in writes}}
    return [
        (op, event)
        for event in emptied
        if event.at >= start
        and not removals.under_way(event.at)
        and (op := _sole(writes, event)) is not None
        and event.column in columns[op.name]
        and _is_left(event, op)
    ]


def _always_made(writes: list[Op], made: list[RowChanged], name: str) -> frozenset[str]:
    """Columns of rows that each acknowledged request of an operation makes, named by its path."""
    done = [op for op in writes if op.name == name and op.outcome is Outcome.APPLIED]
    if len(done) < MIN_LEARNED:
        return frozenset()
    return frozenset.intersection(*(frozenset(_made_by(op, made)) for op in done))


def _made_by(op: Op, made: list[RowChanged]) -> Iterator[str]:
    for change in made:
        if op.sent - SLACK_SECONDS <= change.at <= op.done + CLOCK_SECONDS:
            for column, value in change.ids.items():
                if value in op.segments:
                    yield f"{change.table}.{column}"


def _sole(writes: list[Op], event: RowsEmptied) -> Op | None:
    """The one write of this key that was under way, or had just been refused."""
    under_way = [
        op for op in writes
        if event.key in op.segments and op.sent - CLOCK_SECONDS <= event.at
        and event.at <= op.done + CLOCK_SECONDS
    ]  # fmt: skip
    return under_way[0] if len(under_way) == 1 else None


def _is_left(event: RowsEmptied, op: Op) -> bool:
    """Whether the request was refused, and nothing was put in the place for it."""
    if op.good or op.status is None:
        return False
    return event.refilled is None or event.refilled > op.done + SOON_SECONDS
