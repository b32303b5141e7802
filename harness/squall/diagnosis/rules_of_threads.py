"""Causes of requests that wait for a thread, while what they wait for waits for one of theirs."""

from __future__ import annotations

from squall.core.events import BackendsSampled
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import SETTLED_SECONDS, Diagnosis, JudgedRun, count
from squall.gates.at_rest import rest_samples

THREADS = 12
"""An app whose routes run on the event loop has fewer."""
HELD = 0.5
"""Share of the sessions that are in a transaction in which nothing is asked."""
NEARLY_ALL = 0.9
FEW = 0.1
MIN_SAMPLES = 5


def threads_wait(case: JudgedRun) -> Diagnosis | None:
    """After the heal no request is served and no statement runs, while most sessions are in a
    transaction: who holds a connection waits for a thread, and who has a thread for a connection.
    """
    healed, samples = case.evidence.last_healed, rest_samples(case.evidence)
    if case.failed("recovery-time") is None or healed is None or samples is None:
        return None
    served = sum(op.good for op in case.after)
    if (samples[0].threads or 0) < THREADS or served > FEW * len(case.after):
        return None
    since = [
        one for one in case.evidence.events
        if isinstance(one, BackendsSampled) and one.at > healed + SETTLED_SECONDS and one.total > 1
    ]  # fmt: skip
    held = [one for one in since if not one.active and one.idle_in_transaction >= HELD * one.total]
    if len(held) < max(MIN_SAMPLES, NEARLY_ALL * len(since)):
        return None
    told = f"{count(len(case.bad_after), 'request')} waited in vain after the heal, while no"
    told += f" statement ran and {held[-1].idle_in_transaction} of {held[-1].total} sessions were"
    told += " in transactions: a dependency keeps its connection for a route that needs a thread,"
    return Diagnosis(f"{told} and all threads wait for a connection", remedies.ONE_CONNECTION)
