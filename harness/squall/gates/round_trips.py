"""Operations that ask the database many times, one after another: the network's latency counts for
each time.

    calm                  GET /orders   31 statements   0.02 s
    each reply 60 ms late GET /orders                   1.9 s

What sends many statements at once, in a batch, has as many of them and is hardly slower.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_ASKED = 2
"""An app that is slow before the fault gets half of the load: few of its requests begin in time."""
SHARE = 0.5
"""Of the time that so many round trips take, and of the outage: requests that meet its end are
quick for their second half. In an outage of a second it is eight trips of 60 ms: a transaction with
one batch takes five or six.
"""


@dataclass(frozen=True, slots=True)
class ManyTrips:
    """The operation with the most statements of those that are slower by them."""

    name: str
    statements: float
    """Of one request, without load."""
    extra_seconds: float
    """By how much its quickest answer in the outage is slower than the quickest before it."""
    ops: list[Op]


def many_round_trips(evidence: Evidence, least: int, trip_seconds: float) -> ManyTrips | None:
    """The worst operation of ``least`` statements or more; None if there is none, or it is as quick
    as ever while each reply of the database is late by ``trip_seconds``.
    """
    start, healed = evidence.first_injected, evidence.last_healed
    if start is None or healed is None:
        return None
    needed = SHARE * min(least * trip_seconds, healed - start)
    found = []
    for name, statements in evidence.contract.calm_statements.items():
        good = [op for op in evidence.awaited if op.name == name and op.good]
        before = [op.done - op.sent for op in good if op.done < start]
        met = [op for op in good if start <= op.sent <= healed - needed]
        if statements < least or not before or len(met) < LEAST_ASKED:
            continue
        extra = min(op.done - op.sent for op in met) - min(before)
        if extra >= needed:
            found.append(ManyTrips(name, statements, extra, met))
    return max(found, key=lambda one: one.statements, default=None)
