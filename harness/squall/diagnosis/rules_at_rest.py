"""Causes that show while the app is idle: something was left behind or did not come back."""

from __future__ import annotations

from squall.core.events import AppTerminated, BackendsSampled, FaultInjected, RestSampled
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun, count
from squall.diagnosis.remedies import Remedy
from squall.gates import background_sessions_return, connection_leaks, session_leftovers
from squall.gates.ends_when_told import KILLED, TERMINATE
from squall.gates.no_secret_disclosed import IN_SUCCESS
from squall.gates.resources_return import COUNT_LEFT, NAMED_SERIES
from squall.gates.second_copy_starts import DISTURBED, LOCKED_OUT

ENDING_SECONDS = 0.5
"""An app that was told to end has stopped accepting by then."""

WHY_IT_SERVES = {
    "caught": ", so its own handler took the signal, and waits until nobody asks, or does nothing",
    "ignored": ", since it ignores the signal",
    "default": ", since the signal did not reach it: the process that got it has no handler, as a"
    " shell that starts the app",
    "": ", so the signal did not reach it, or it ignores it, or waits until nobody asks",
}
"""After SIGTERM, by what the process does with it."""

WAITS = (connection_leaks.HELD, connection_leaks.LOCKED, connection_leaks.BLOCKED,
         connection_leaks.IDLE)  # fmt: skip

REMEDY_OF: dict[str, Remedy] = {
    "background-sessions-return": remedies.RECONNECT_LISTENERS,
    "session-leftovers": remedies.CLEAN_SESSIONS,
    "resources-return": remedies.GIVE_BACK_RESOURCES,
    "no-secret-disclosed": remedies.HIDE_SECRETS,
    "finishes-requests": remedies.FINISH_REQUESTS,
}


def _from_gate(gate: str, case: JudgedRun) -> Diagnosis | None:
    finding = case.failed(gate)
    return Diagnosis(finding.reason, REMEDY_OF[gate]) if finding is not None else None


def lost_listener(case: JudgedRun) -> Diagnosis | None:
    """A session that listens for notifications did not come back, or a poller ended. Incomplete
    work is its symptom. It is one itself where the whole process has ended.
    """
    if case.failed("app-survived") is not None:
        return None
    finding = case.failed("background-sessions-return")
    if finding is not None and finding.code == background_sessions_return.SILENT:
        return Diagnosis(finding.reason, remedies.KEEP_POLLING)
    return _from_gate("background-sessions-return", case)


def killed_at_deploy(case: JudgedRun) -> Diagnosis | None:
    """The app did not end after SIGTERM: it goes on serving, or its shutdown waits."""
    finding = case.failed("ends-when-told")
    if finding is None:
        return None
    return Diagnosis(f"{finding.reason}{_what_it_did(case)}", remedies.END_WHEN_TOLD)


def _what_it_did(case: JudgedRun) -> str:
    """What the app did in the grace period in which it did not end."""
    events = case.evidence.events
    ends = [event for event in events if isinstance(event, AppTerminated)]
    sent = [e.at for e in events if isinstance(e, FaultInjected) and e.fault == TERMINATE]
    for at, end in zip(sent, ends, strict=False):
        if end.exit_code not in KILLED:
            continue
        start, killed = at + ENDING_SECONDS, at + end.seconds
        if any(op.good and start < op.sent < killed for op in case.evidence.ops):
            return f": it went on serving{WHY_IT_SERVES.get(end.handling, WHY_IT_SERVES[''])}"
        held = [
            event.total
            for event in events
            if isinstance(event, BackendsSampled) and start < event.at < killed
        ]
        if held and held[-1]:
            open_still = count(held[-1], "connection")
            return (
                f": it took no more requests, and its shutdown waits with {open_still} to the"
                " database open, such as for one that is never given back"
            )
    return ""


def no_room_for_two(case: JudgedRun) -> Diagnosis | None:
    """A second version did not start beside the first, or the server was full."""
    finding = case.failed("second-copy-starts")
    if finding is None:
        return None
    if finding.code == LOCKED_OUT:
        told = "what the new version does when it starts locks what the old one needs"
        return Diagnosis(f"{told}: {finding.reason}", remedies.SHORT_LOCKS)
    if finding.code == DISTURBED:
        told = "what the new version does when it starts fails requests of the old one, such as to"
        told += " end its sessions, or to change what it works with"
        return Diagnosis(f"{told}: {finding.reason}", remedies.LEAVE_THE_OLD_ONE)
    if _waits_for_a_lock(case) and not finding.figures["refused"]:
        told = (
            "the new version waits for a lock when it starts, and the old one never lets go of it"
        )
        rests = [one for one in case.evidence.events if isinstance(one, RestSampled)]
        if any(one.advisory_locks for one in rests):
            told += ": an advisory lock of a session that went back to the pool with it"
        return Diagnosis(f"{told}: {finding.reason}", remedies.CLEAN_SESSIONS)
    held = f": the first one held {count(case.sessions, 'connection')}" if case.sessions else ""
    return Diagnosis(f"{finding.reason}{held}", remedies.ROOM_FOR_TWO)


def _waits_for_a_lock(case: JudgedRun) -> bool:
    """Whether some statement waits for a lock in most of the outage, and none did before it."""
    start, end = case.evidence.bounds("during")
    samples = [e for e in case.evidence.events if isinstance(e, BackendsSampled)]
    before = [one for one in samples if one.at < start]
    during = [one for one in samples if start <= one.at <= end]
    waits = sum(one.waiting_for_locks > 0 for one in during)
    return 2 * waits > len(during) and not any(one.waiting_for_locks for one in before)


def left_on_session(case: JudgedRun) -> Diagnosis | None:
    """A pooled session kept a lock, a temporary table or a setting."""
    return _from_gate("session-leftovers", case)


def setting_left(case: JudgedRun) -> Diagnosis | None:
    """A setting stayed on a pooled session: what later requests answer is its symptom, such as the
    rows of another tenant.
    """
    finding = case.failed("session-leftovers")
    is_setting = finding is not None and finding.code == session_leftovers.SETTINGS
    return left_on_session(case) if is_setting else None


SERVED = ("availability", "recovery-time", "answered-in-time", "response-time", "error-contract")
"""Gates that fail when other callers are not served."""


def starved_by_streams(case: JudgedRun) -> Diagnosis | None:
    """Nothing failed but that clients kept streams open, and the others were not served."""
    if case.faults != {"client.hold_streams"}:
        return None
    finding = next((found for gate in SERVED if (found := case.failed(gate))), None)
    if finding is None:
        return None
    told = "while clients kept streams open, other requests were not served"
    return Diagnosis(f"{told}: {finding.reason}", remedies.FREE_WHILE_STREAMING)


def held_for_slow_clients(case: JudgedRun) -> Diagnosis | None:
    """Clients stopped in the middle of their requests, and the others were not served."""
    if "client.hold_bodies" not in case.faults:
        return None
    finding = next((found for gate in SERVED if (found := case.failed(gate))), None)
    if finding is None:
        return None
    told = (
        "a place or a connection is taken before the request is there: while clients sent half of"
    )
    return Diagnosis(f"{told} one, others were not served: {finding.reason}", remedies.TAKE_LATE)


def held_while_waiting(case: JudgedRun) -> Diagnosis | None:
    """Requests keep a place of the pool while they wait for an upstream."""
    finding = case.failed("connection-leaks")
    if finding is None or finding.code not in WAITS:
        return None
    if finding.code == connection_leaks.IDLE:
        told = "requests hold one connection, and wait for another one that others hold as well"
        return Diagnosis(f"{told}: {finding.reason}", remedies.ONE_CONNECTION)
    if finding.code == connection_leaks.BLOCKED:
        told = "a worker locks rows that requests change, and keeps them while it does other work"
        return Diagnosis(f"{told}: {finding.reason}", remedies.FREE_WHILE_WAITING)
    if finding.code == connection_leaks.LOCKED:
        told = "requests pause, or wait for others, inside of a transaction that keeps rows locked"
        return Diagnosis(f"{told}: {finding.reason}", remedies.FREE_WHILE_WAITING)
    told = "requests hold a connection of the pool while they wait for an upstream, and others find"
    return Diagnosis(f"{told} none: {finding.reason}", remedies.FREE_WHILE_WAITING)


def resources_not_returned(case: JudgedRun) -> Diagnosis | None:
    """Files, sockets, threads or memory are kept after each failure, or a number of places."""
    finding = case.failed("resources-return")
    if finding is not None and finding.code == COUNT_LEFT:
        told = (
            "what was begun is counted, and its end is not: a clean-up was cancelled, or an error"
        )
        return Diagnosis(f"{told} path has none; {finding.reason}", remedies.GIVE_BACK)
    if finding is not None and finding.code == NAMED_SERIES:
        told = "a label of a metric has another value for each request, such as its key"
        return Diagnosis(f"{told}: {finding.reason}", remedies.GIVE_BACK_RESOURCES)
    return _from_gate("resources-return", case)


def disclosed_secret(case: JudgedRun) -> Diagnosis | None:
    """The database's password is in a log or an answer."""
    finding = case.failed("no-secret-disclosed")
    if finding is not None and finding.code == IN_SUCCESS:
        told = "an answer names an address as it stands in the settings, with its password"
        return Diagnosis(f"{told}: {finding.reason}", remedies.HIDE_SECRETS)
    return _from_gate("no-secret-disclosed", case)


def requests_cut_at_the_end(case: JudgedRun) -> Diagnosis | None:
    """SIGTERM interrupted requests."""
    return _from_gate("finishes-requests", case)
