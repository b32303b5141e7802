"""Requests that were sent when the heal was over for a moment, and what was asked for them."""

from __future__ import annotations

from squall.core.events import DatabaseLoad
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import SETTLED_SECONDS, Diagnosis, JudgedRun, count
from squall.gates.verdict import Finding
from squall.history.op import Op

LEAST_OF_ONE = 5


def settled(case: JudgedRun) -> list[Op]:
    """Requests that were sent when the heal was over for a moment."""
    start = (case.evidence.last_healed or 0.0) + SETTLED_SECONDS
    return [op for op in case.after if op.sent > start]


def still_copies(case: JudgedRun, finding: Finding) -> Diagnosis | None:
    """Answers that are well but for their age: for some requests, or for all."""
    numbers = set(finding.ops)
    bad = [op for op in case.after if op.id in numbers]
    copied = {op.request for op in bad if op.copy}
    if 2 * sum(op.copy for op in bad) < max(1, len(bad)):
        return None
    fresh = {op.request for op in settled(case) if op.good and not op.copy}
    told = f"{count(len(bad), 'answer was', 'answers were')} still from a copy after the heal"
    if copied & fresh or not fresh:
        told += ": the app goes on as in the outage"
        return Diagnosis(told, remedies.TRY_AGAIN_SOON)
    told += ", always to the same requests: an error path keeps what failed for them, such as a"
    return Diagnosis(f"{told} shared task", remedies.GIVE_BACK)


def asks_for_the_served_alone(case: JudgedRun) -> bool:
    """Whether hardly a statement is sent for requests that fail after the heal: on a connection
    that is silent each of them would send one.
    """
    start, healed = case.evidence.first_injected, case.evidence.last_healed
    loads = [e for e in case.evidence.events if isinstance(e, DatabaseLoad)]
    told = [(e.at, e.statements) for e in loads if e.statements is not None]
    calm = [one for one in told if start is not None and one[0] <= start]
    since = [one for one in told if healed is not None and one[0] > healed + SETTLED_SECONDS]
    if min(len(calm), len(since)) < 2:  # noqa: PLR2004 - a rate needs two readings
        return False
    usual = [op for op in case.evidence.ops if calm[0][0] < op.sent <= calm[-1][0]]
    later = [op for op in case.evidence.ops if since[0][0] < op.sent <= since[-1][0]]
    each = (calm[-1][1] - calm[0][1]) / max(1, len(usual))
    good = sum(op.good for op in later)
    bad = len(later) - good
    sent = since[-1][1] - since[0][1]
    return bad >= LEAST_OF_ONE and sent <= each * good + bad / 2
