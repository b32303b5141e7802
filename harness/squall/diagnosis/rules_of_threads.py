"""Causes of requests that wait for a thread, while what they wait for waits for one of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from squall.core.events import BackendsSampled
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import SETTLED_SECONDS, Diagnosis, JudgedRun, count
from squall.gates.at_rest import rest_samples

THREADS = 12
"""An app whose routes run on the event loop has fewer."""
HELD = 0.5
"""Share of the sessions that are in a transaction in which nothing is asked."""
FEW = 0.1
MIN_SAMPLES = 5
MIN_WAITING = 10
STANDSTILLS = ("recovery-time", "connection-leaks", "answered-in-time")


def threads_wait(case: JudgedRun) -> Diagnosis | None:
    """From some moment after the heal on, no request is served and no statement runs, while most
    sessions are in a transaction: who holds a connection waits for a thread, be it to go on or to
    give it back, and who has a thread waits for a connection.
    """
    samples = rest_samples(case.evidence)
    if samples is None or (samples[0].threads or 0) < THREADS:
        return None
    still = _standstill(case)
    if len(still) < MIN_SAMPLES or not any(map(case.failed, STANDSTILLS)):
        return None
    waiting = [op for op in case.after if op.sent >= still[0].at]
    served = sum(op.good for op in waiting)
    if len(waiting) < MIN_WAITING or served > FEW * len(waiting) or _was_left(case, still):
        return None
    told = f"{count(len(waiting) - served, 'request')} waited in vain after the heal, while no"
    told += f" statement ran and {still[-1].idle_in_transaction} of {still[-1].total} sessions were"
    told += " in transactions: their requests keep a connection until they get a thread, to go on"
    told += " or to end"
    return Diagnosis(f"{told}, and all threads wait for a connection", remedies.ONE_CONNECTION)


def _standstill(case: JudgedRun) -> list[BackendsSampled]:
    """The last looks at the sessions, as far back as nothing ran and most were in transactions."""
    healed = case.evidence.last_healed
    found: list[BackendsSampled] = []
    for one in reversed(_looks(case, healed) if healed is not None else []):
        if one.active or one.idle_in_transaction < HELD * one.total:
            break
        found.append(one)
    return found[::-1]


def _looks(case: JudgedRun, healed: float) -> list[BackendsSampled]:
    return [
        one for one in case.evidence.events
        if isinstance(one, BackendsSampled) and one.at > healed + SETTLED_SECONDS and one.total > 1
    ]  # fmt: skip


def _was_left(case: JudgedRun, still: Sequence[BackendsSampled]) -> bool:
    """Whether as many requests failed after the heal, before all stood still, as connections are
    held: each of them may have left one.
    """
    failed = sum(op.status is not None and op.done <= still[0].at for op in case.bad_after)
    return failed >= max(1, still[-1].idle_in_transaction)
