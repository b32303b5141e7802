"""Sessions that requests hold while they wait for something else than the database.

request ── SELECT ── (in a transaction) ── waits for an upstream ────────────── answer
pool      ▐ every place is taken, and no statement runs ▌   others are refused
rows      ▐ locked ▌   others wait
"""

from __future__ import annotations

from collections.abc import Iterable

from squall.core.events import BackendsSampled
from squall.history.evidence import Evidence

FAILED_SHARE = 0.25
"""Of the requests during the outage. Fewer are those that need what is away."""
LEAST_SESSIONS = 2


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
