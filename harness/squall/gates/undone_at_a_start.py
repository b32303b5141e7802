"""Changes that were acknowledged, and that a start of the app undoes: a repair, or a recount.

    PUT /items/7/stock {"stock": 5} ──▶ 200     items.stock = 5
    the app starts                              items.stock = 90, and 30 other rows, at once
    GET /items/7/stock ──▶ 90                   nobody has asked for it

Only where nothing does so without the fault: a job that computes values of many rows now and then
overwrites them without a start, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from squall.gates.row_steps import RowStep, row_steps
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome
from squall.history.shape import digests_of_values

STARTS = frozenset({"app.crash", "app.terminate", "app.overlap"})
"""Faults after which the app starts."""
LEAST_ROWS = 3
"""Rows that one transaction changed. A request without a path of its own may change one or two."""


@dataclass(frozen=True, slots=True)
class Undone:
    """One acknowledged change that a transaction of nobody overwrote."""

    column: str
    """``items.stock``."""
    op: Op


def undone_at_a_start(evidence: Evidence) -> list[Undone]:
    """The acknowledged changes that one transaction of a start undid; none if it is usual."""
    if not evidence.fault_keys & STARTS:
        return []
    start = evidence.first_injected or 0.0
    many = _of_nobody(step for steps in row_steps(evidence) for step in steps)
    if any(at < start for at in many):
        return []
    return [one for at in sorted(many) for one in _overwritten(evidence, many[at])][
        : LEAST_ROWS * 10
    ]


def _of_nobody(steps: Iterable[RowStep]) -> Mapping[float, list[RowStep]]:
    """Changes of several rows in one transaction, for none of which a write was under way."""
    found: defaultdict[float, list[RowStep]] = defaultdict(list)
    for step in steps:
        if step.columns:
            found[step.at].append(step)
    return {at: own for at, own in found.items() if _is_of_nobody(own)}


def _is_of_nobody(steps: list[RowStep]) -> bool:
    alone = sum(not step.ops for step in steps)
    return alone >= LEAST_ROWS and 2 * alone > len(steps)


def _overwritten(evidence: Evidence, steps: Iterable[RowStep]) -> Iterable[Undone]:
    """Those whose column had what an acknowledged write had sent, and got what nobody has sent."""
    for step in (one for one in steps if not one.ops):
        writes = [op for op in evidence.ops if op.effect != "read" and _names(op, step)]
        for column in sorted(step.columns):
            before, now = (one.values.get(column) for one in (step.before, step.change))
            asked = next((op for op in writes if _sent(op, before) and _is_done(op, step)), None)
            if asked is not None and not any(_sent(op, now) for op in writes):
                yield Undone(f"{step.change.table}.{column}", asked)


def _names(op: Op, step: RowStep) -> bool:
    return not set(step.change.ids.values()).isdisjoint(op.segments)


def _sent(op: Op, value: str | None) -> bool:
    return value is not None and value in digests_of_values(op.wanted).values()


def _is_done(op: Op, step: RowStep) -> bool:
    return op.outcome is Outcome.APPLIED and op.done <= step.at
