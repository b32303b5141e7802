"""Writes that are told in the outage only that they are wrong (422): nothing but statements failed.

    in calm    POST /orders {"item": 7} ──▶ 201            54 of 54
    outage     POST /orders {"item": 7} ──▶ 422            "this key belongs to another body"

A repeat that works with what an earlier request has left, on its session or in memory, finds what
it does not look for. Generated bodies may be wrong by themselves, but then at any time: by chance
all of these would hardly be in the outage.
"""

from __future__ import annotations

from collections import defaultdict

from squall.core.events import FaultInjected
from squall.history.evidence import Evidence
from squall.history.op import FIRST_EXTRA, Op

UNPROCESSABLE = 422
LEAST = 3
LEAST_OTHERS = 20
"""Answers of the operation outside of the outage."""
LIKELY = 0.01
"""Chance that so many requests which are wrong by themselves would all be in the outage."""
SETTLED_SECONDS = 0.5
"""After the heal, for requests that were under way."""


def found_invalid(evidence: Evidence) -> list[Op]:
    """Those writes, of operations that had no such answer outside of the outage."""
    faults = [event for event in evidence.events if isinstance(event, FaultInjected)]
    start, end = evidence.bounds("during")
    if not faults or any(event.effect != "errors" for event in faults):
        return []
    inside: defaultdict[str, list[Op]] = defaultdict(list)
    outside: defaultdict[str, list[Op]] = defaultdict(list)
    for op in (*evidence.calm.ops, *evidence.ops):
        planned = op.id < FIRST_EXTRA and op.repeats is None
        if planned and op.effect != "read" and op.status is not None:
            hit = start <= op.sent < end + SETTLED_SECONDS
            (inside if hit else outside)[op.name].append(op)
    return [op for name in inside for op in _wrong(inside[name], outside[name])]


def _wrong(inside: list[Op], outside: list[Op]) -> list[Op]:
    found = [op for op in inside if op.status == UNPROCESSABLE]
    if len(found) < LEAST or len(outside) < LEAST_OTHERS:
        return []
    if any(op.status == UNPROCESSABLE for op in outside):
        return []
    share = len(inside) / (len(inside) + len(outside))
    return found if share ** len(found) <= LIKELY else []
