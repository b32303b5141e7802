"""Causes of refusals that outlast the outage because callers or a probe are blamed for it."""

from __future__ import annotations

import re

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun, count
from squall.diagnosis.settled_requests import LEAST_OF_ONE, settled

TOO_MANY = 429
LOCKED = 423
PROBE = re.compile(r"/(?:[a-z_-]*health[a-z_-]*|readyz?|readiness|livez?|ping|status|heartbeat)$")


def blocked_callers(case: JudgedRun) -> Diagnosis | None:
    """After the heal callers are refused who did nothing wrong: errors of the server were counted
    as theirs. A limiter of the load refuses without the outage, too.
    """
    if case.failed("recovery-time") is None:
        return None
    blamed = [op for op in settled(case) if op.status in (TOO_MANY, LOCKED)]
    bad = [op for op in settled(case) if not op.good]
    before = any(op.status in (TOO_MANY, LOCKED) for op in case.evidence.window("before"))
    if before or len(blamed) < LEAST_OF_ONE or 2 * len(blamed) < len(bad):
        return None
    status = blamed[0].status
    told = (
        "errors of the server are counted as failures of its callers, who are blocked for a while:"
    )
    told += f" {count(len(blamed), 'request')} got {status} when all was well again"
    return Diagnosis(told, remedies.COUNT_OUTAGES)


def probe_left_behind(case: JudgedRun) -> Diagnosis | None:
    """After the heal all requests are served, and one that only asks how the app is fails: what it
    asks is not what the others use.
    """
    if case.failed("recovery-time") is None:
        return None
    later = settled(case)
    others = [op for op in later if not PROBE.search(op.path)]
    probes = [op for op in later if PROBE.search(op.path)]
    served = {op.path for op in probes if op.good}
    bad = [op for op in probes if op.path not in served]
    if len(bad) < LEAST_OF_ONE or not others or any(not op.good for op in others):
        return None
    told = f"{bad[0].path} says for ever that the database is away, and all others are served:"
    told += " it asks a connection of its own, or a flag, that is never made again"
    return Diagnosis(
        f"{told}; {count(len(bad), 'request')} failed after the heal", remedies.READINESS
    )
