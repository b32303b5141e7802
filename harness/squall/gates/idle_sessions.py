"""Sessions that stand idle though requests wait: each is held by one that waits for another one.

    pool       20 connections, all taken
    statement  60 ms each, so 20 sessions could run 333 of them in a second
    seen       90 in a second: 5 sessions work, and 15 are held and not used

With statements of a known length their number in a second tells how many sessions had one under way
(Little's law: as many are there as come in a second, times the seconds that each stays).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from squall.core.events import BackendsSampled, DatabaseLoad
from squall.history.evidence import Evidence

LEAST_SECONDS = 0.3
FAILED_SHARE = 0.1
"""Of the requests that wait. Where none fails they may wait for something else, or compute."""


def working_share(evidence: Evidence, statement_seconds: float) -> tuple[float, int] | None:
    """The share of the sessions that had a statement under way while more requests than these
    waited, and how many requests; None if that was not so for long, or none of them failed.
    ``statement_seconds``: the least time that each statement takes in the outage.
    """
    seconds, statements, sessions, waited = 0.0, 0, 0.0, set[int]()
    looks = [event for event in evidence.events if isinstance(event, BackendsSampled)]
    for last, now in _samples(evidence):
        waiting = [op for op in evidence.ops if op.sent <= last.at and op.done >= now.at]
        total = _sessions_at(looks, now.at)
        if last.statements is None or now.statements is None or not 0 < total < len(waiting):
            continue
        seconds += now.at - last.at
        statements += now.statements - last.statements
        sessions += total * (now.at - last.at)
        waited |= {op.id for op in waiting}
    failed = sum(op.id in waited and op.is_servers_error for op in evidence.ops)
    if seconds < LEAST_SECONDS or failed < FAILED_SHARE * len(waited):
        return None
    return statements * statement_seconds / sessions, len(waited)


def _samples(evidence: Evidence) -> list[tuple[DatabaseLoad, DatabaseLoad]]:
    """Pairs of samples that follow each other in the outage."""
    start, end = evidence.bounds("during")
    loads = [
        event for event in evidence.events
        if isinstance(event, DatabaseLoad) and start <= event.at <= end
    ]  # fmt: skip
    return list(pairwise(loads))


def _sessions_at(looks: Sequence[BackendsSampled], at: float) -> int:
    """The number of sessions in the last sample before."""
    place = bisect_right(looks, at, key=lambda look: look.at)
    return looks[place - 1].total if place else 0
