"""Causes of requests that wait for each other, while the database has nothing to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from squall.core.events import BackendsSampled, FaultInjected, StatementsRefused
from squall.core.server_events import DEADLOCKED
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import (
    ERRORS,
    SETTLED_SECONDS,
    Diagnosis,
    JudgedRun,
    count,
)
from squall.gates import health_probes
from squall.gates.findings import listed
from squall.history.op import Op

OWN_PROXIES = frozenset({"postgres", "app", "redis"})
HARMLESS = frozenset({"slows", "loads"})
"""Effects of faults after which every statement is answered, without an error."""
WAITS = frozenset({"silences", "blocks"})
"""Effects of faults that let statements wait."""

UNANSWERED = frozenset({health_probes.NOT_LIVE, health_probes.LIVE_LATE, health_probes.READY_LATE})
MANY_REQUESTS = 5
SERIAL = 1.3
"""So many answers more than one after another may be a coincidence of the clock."""
LEAST_ALONE = 0.05
"""Seconds. Quicker requests are answered one after another by any app."""

LEAST_DEADLOCKS = 2
IDLE_SHARE = 0.9
HELD_SHARE = 0.5
"""Of the samples after the heal: in between all give up, and begin again."""
MIN_SAMPLES = 5
MIN_HUNG = 2
FREE_SECONDS = 0.5
"""What needs no database has no reason to take longer."""
FREE_SHARE = 0.8


def is_harmless(case: JudgedRun) -> bool:
    """Whether faults came into force, and none of another effect."""
    return bool(case.effects) and case.effects <= HARMLESS


def deadlocked(case: JudgedRun) -> Diagnosis | None:
    """Transactions of the app wait for each other's rows. No fault does that: those that answer
    with 40P01 do not reach the server.
    """
    late = case.failed("answered-in-time") or case.failed("recovery-time")
    seen = [event for event in case.evidence.events
            if isinstance(event, StatementsRefused) and event.why == DEADLOCKED]  # fmt: skip
    number = sum(event.during for event in seen)
    if late is None or number < LEAST_DEADLOCKS:
        return None
    return Diagnosis(
        f"transactions waited for each other's rows, and the server ended {number} of them"
        f" (deadlock detected): rows are locked in the order of the callers; {late.reason}",
        remedies.SAME_ORDER,
    )


def hold_and_wait(case: JudgedRun) -> Diagnosis | None:
    """Requests hang although nothing failed, and no statement runs: each holds a connection and
    waits for another one. It takes a short slowness, or only many requests at once.

    A connection that an error path keeps looks alike, but needs an error.
    """
    if case.failed("answered-in-time") is None:
        return None
    if case.effects - HARMLESS or not (case.effects or case.failed("steady-state")):
        return None
    bad = [op for op in case.evidence.awaited if not op.good]
    hung = [op for op in bad if op.error == "timeout"]
    if len(hung) < MIN_HUNG or len(hung) < len(bad) or not _database_is_idle(case, hung):
        return None
    names = Counter(op.name for op in hung)
    told = f"{count(len(hung), 'request')} of {', '.join(sorted(names))} never got an answer"
    other = "" if case.effects else ", or some were never given back"
    return Diagnosis(
        f"{told}, while no statement failed and the database had nothing to do: a request holds"
        f" one connection of the pool ({case.sessions} are open) and waits for another one{other}",
        remedies.ONE_CONNECTION,
    )


def hold_and_wait_in_vain(case: JudgedRun) -> Diagnosis | None:
    """After the heal all requests wait and are refused, while each session is in a transaction in
    which nothing is asked: each request holds one, and waits for another one until its limit.

    A transaction that an error path left open would never end; these are all ended at last.
    """
    healed = case.evidence.last_healed
    if case.failed("recovery-time") is None or healed is None or not case.waits_after:
        return None
    if case.failed("connection-leaks") is not None:
        return None
    since = [
        one for one in case.evidence.events
        if isinstance(one, BackendsSampled) and healed + SETTLED_SECONDS < one.at
        and one.at < max(op.done for op in case.bad_after)
    ]  # fmt: skip
    held = [one for one in since if one.total > 1 and one.idle_in_transaction == one.total]
    if len(held) < max(MIN_SAMPLES, HELD_SHARE * len(since)):
        return None
    told = f"{count(len(case.bad_after), 'request')} waited in vain after the heal, while all"
    told += f" {held[-1].total} sessions were in transactions in which nothing was asked"
    return Diagnosis(f"{told}: a request holds one connection and waits for another one",
                     remedies.ONE_CONNECTION)  # fmt: skip


def stands_still(case: JudgedRun) -> Diagnosis | None:
    """No request after the heal gets an answer, nor does liveness, and the process does not end."""
    finding = case.failed("health-probes") or case.unclear("health-probes")
    if finding is None or finding.code != health_probes.NOT_LIVE:
        return None
    if case.failed("app-survived") is not None or any(op.status for op in case.after):
        return None
    if len(case.after) < MANY_REQUESTS:
        return None
    told = (
        "the process answers nothing any more, not even its liveness: its event loop stands still"
    )
    told += " for good, as before a lock of threads that is held across an await"
    return Diagnosis(f"{told}; {finding.reason}", remedies.FREE_THE_LOOP)


def blocked_event_loop(case: JudgedRun) -> Diagnosis | None:
    """A probe that needs no database is late, and requests are answered one after another, although
    many wait and the pool has places. Where statements fail at once, none runs meanwhile. A driver
    that blocks the loop never needs a second connection.

    A probe that asks the database is late, too, but other requests go on meanwhile.
    """
    finding = case.failed("health-probes")
    if finding is not None and finding.code == health_probes.STALLED:
        return Diagnosis(f"a call blocks the event loop: {finding.reason}", remedies.FREE_THE_LOOP)
    if finding is None:
        return _beside_waits(case)
    if finding.code not in UNANSWERED or case.most_at_once < MANY_REQUESTS:
        return None
    one_by_one = is_harmless(case) and _one_by_one(case)
    told = "requests were answered one after another" if one_by_one else ""
    waits = bool(case.effects) and not case.effects - HARMLESS - WAITS
    if not told and waits and case.most_sessions == 1:
        told = "the app never had more than one session"
    if case.effects == ERRORS and case.most_active <= 1:
        told = "statements failed at once, and the app was busy with none"
    if not told:
        return None
    told = f"a call blocks the event loop: {told}, while up to {case.most_at_once} waited"
    return Diagnosis(f"{told}; {finding.reason}", remedies.FREE_THE_LOOP)


def _beside_waits(case: JudgedRun) -> Diagnosis | None:
    """Where no probe is declared and statements wait, requests that need no database stand in for
    one: they are late, and of many requests at most one has a statement under way.

    A lock around all writes lets no two statements run either, but such requests are quick then.
    """
    start, healed = case.evidence.fault_in_force, case.evidence.last_healed
    if start is None or healed is None or case.failed("answered-in-time") is None:
        return None
    waits = bool(case.effects) and not case.effects - HARMLESS - WAITS
    if not waits or case.most_active > 1 or case.most_at_once < MANY_REQUESTS:
        return None
    names = case.evidence.contract.without_statements
    free = [op for op in case.evidence.awaited if op.name in names and start < op.sent < healed]
    late = [op for op in free if op.done - op.sent > FREE_SECONDS]
    if len(free) < MIN_HUNG or len(late) < FREE_SHARE * len(free):
        return None
    told = f"a call blocks the event loop: {listed(sorted({op.name for op in late}))}, which needs"
    told += f" no database, took up to {max(op.done - op.sent for op in late):.1f} s, while of"
    told += f" {case.most_at_once} requests at once no two had a statement under way"
    return Diagnosis(told, remedies.FREE_THE_LOOP)


def _one_by_one(case: JudgedRun) -> bool:
    """Whether no more requests were answered during the faults than one after another."""
    start, healed = case.evidence.first_injected, case.evidence.last_healed
    if start is None or healed is None:
        return False
    good = [op for op in case.evidence.awaited if op.good and op.sent > start and op.done < healed]
    if not good:
        return False
    alone = min(op.done - op.sent for op in good)
    return alone >= LEAST_ALONE and len(good) <= SERIAL * (healed - start) / alone + 1


def unbounded_call(case: JudgedRun) -> Diagnosis | None:
    """Late answers while nothing but an HTTP server that the app calls is ill."""
    late = case.late(case.evidence.awaited)
    if case.failed("answered-in-time") is None or not late or not _only_upstream(case):
        return None
    limit = case.evidence.contract.deadline_seconds
    told = f"{count(len(late), 'request')} waited longer than {limit:g} s: nothing bounds the wait"
    return Diagnosis(f"{told} for a service that the app calls", remedies.BOUND_CALLS)


def _only_upstream(case: JudgedRun) -> bool:
    """Whether every fault concerned an HTTP server that the app calls, and nothing else."""
    faults = [e for e in case.evidence.events if isinstance(e, FaultInjected)]
    return bool(faults) and all(
        e.fault.startswith("upstream.") or (e.proxy and e.proxy not in OWN_PROXIES) for e in faults
    )


def one_session_for_all(case: JudgedRun) -> Diagnosis | None:
    """The one session of the app stays in a transaction: requests share it."""
    finding = case.failed("connection-leaks")
    if finding is None or not finding.figures.get("busy_after"):
        return None
    if not case.most_sessions == 1 < case.most_at_once:
        return None
    told = f"all requests share one session ({case.most_at_once} at once), which stays in a"
    return Diagnosis(f"{told} transaction: {finding.reason}", remedies.OWN_SESSION)


def _database_is_idle(case: JudgedRun, hung: Sequence[Op]) -> bool:
    """Whether no statement ran from the heal until the last client gave up; without a fault, from
    the first request that hung.
    """
    healed = case.evidence.last_healed
    began = min(op.sent for op in hung)
    start = began if healed is None else healed + SETTLED_SECONDS
    end = max(op.done for op in hung)
    samples = [
        event.active
        for event in case.evidence.events
        if isinstance(event, BackendsSampled) and start < event.at < end
    ]
    idle = sum(active == 0 for active in samples)
    return len(samples) >= MIN_SAMPLES and idle >= IDLE_SHARE * len(samples)
