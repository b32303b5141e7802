"""Sessions that requests hold while they wait for something else than the database.

request ── SELECT ── (in a transaction) ── waits for an upstream ────────────── answer
pool      ▐ every place is taken, and no statement runs ▌   others are refused
rows      ▐ locked ▌   others wait

The same for a worker that stands still: what it has locked is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable

from squall.core.events import BackendsSampled
from squall.history.evidence import Evidence

FAILED_SHARE = 0.25
"""Of the requests during the outage. Fewer are those that need what is away."""
LEAST_SESSIONS = 2
LEAST_WAITS = 3
"""Samples in a row: a single one may meet two requests that want the same row for a moment."""
LEAST_QUEUED = 2
"""Statements that wait for locks at once."""
STANDS_SECONDS = 0.1
"""From here on a transaction without a statement stands still."""


def longest_lock(evidence: Evidence, samples: Iterable[BackendsSampled]) -> float:
    """The longest time that a transaction with locked rows stood without a statement in the outage,
    less that before it; of the second-longest sample, since one alone may be a late one.
    """
    start, end = evidence.bounds("during")
    before, during = [0.0], [0.0, 0.0]
    for one in samples:
        if one.at < start:
            before.append(one.locks_held_seconds)
        elif one.at <= end:
            during.append(one.locks_held_seconds)
    return max(0.0, sorted(during)[-2] - max(before))


def longest_hold(evidence: Evidence, samples: Iterable[BackendsSampled], *, at_least: int) -> float:
    """Seconds in a row in which all sessions, not fewer than before, were in a transaction, and no
    statement ran; 0 if the requests were served meanwhile.
    """
    start, end = evidence.bounds("during")
    during = evidence.window("during")
    if sum(not op.good for op in during) < FAILED_SHARE * max(1, len(during)):
        return 0.0
    longest, since = 0.0, None
    for one in samples:
        held = one.total >= max(LEAST_SESSIONS, at_least) and one.idle_in_transaction == one.total
        if not (held and start <= one.at <= end):
            since = None
            continue
        since = one.at if since is None else since
        longest = max(longest, one.at - since)
    return longest


def longest_wait(evidence: Evidence, samples: Iterable[BackendsSampled]) -> float:
    """Seconds in a row of the outage in which statements waited for locks, while a transaction with
    locked rows stood without one.
    """
    start, end = evidence.bounds("during")
    longest, row = 0.0, list[float]()
    for one in samples:
        blocked = one.waiting_for_locks and one.locks_held_seconds >= STANDS_SECONDS
        row = [*row, one.at] if blocked and start <= one.at <= end else []
        if len(row) >= LEAST_WAITS:
            longest = max(longest, row[-1] - row[0])
    return longest


def longest_queue(evidence: Evidence) -> float:
    """Seconds in a row of the outage in which several statements waited for locks; 0 if several
    did so before it, too, as where many requests want one row.
    """
    start, end = evidence.bounds("during")
    longest, since = 0.0, None
    for one in evidence.events:
        if not isinstance(one, BackendsSampled) or one.at > end:
            continue
        queued = one.waiting_for_locks >= LEAST_QUEUED
        if one.at < start:
            if queued:
                return 0.0
            continue
        since = (one.at if since is None else since) if queued else None
        longest = max(longest, 0.0 if since is None else one.at - since)
    return longest
