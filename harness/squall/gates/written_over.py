"""Numbers beside rows that two requests changed at once, and of which one change is lost.

    in calm          POST /bookings ──▶ 201      bookings + 1, rooms.taken + 1
    in the outage    POST /bookings, twice       bookings + 2, rooms.taken + 1: read, added in
                                                 Python, and written

Each transaction is known by the row that it makes, so that neither paths nor other requests that
move the number matter.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import NumberKept
from squall.history.evidence import Evidence

LEAST = 2
"""Transactions that wrote over another one."""

SELDOM = 0.25
"""Share of those before the fault: two requests may meet without one, too."""


@dataclass(frozen=True, slots=True)
class WrittenOver:
    """A number that does not count all rows."""

    column: str
    made: str
    stale_since: int
    """Transactions since the fault that wrote over another one."""


def written_over(evidence: Evidence) -> WrittenOver | None:
    """The first such number; one that was often so before the fault, too, does not count them."""
    start = evidence.first_injected
    for event in evidence.events:
        if not isinstance(event, NumberKept) or start is None:
            continue
        told = list(zip(event.commits, event.stale, strict=True))
        calm = [stale for at, stale in told if at <= start]
        since = sum(stale for at, stale in told if at > start)
        if calm and sum(calm) <= SELDOM * len(calm) and since >= LEAST:
            return WrittenOver(event.column, event.made, since)
    return None
