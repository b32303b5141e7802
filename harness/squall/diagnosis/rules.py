"""Rules for causes, ordered by severity. Each looks at a run and returns a diagnosis or None.

The order decides: a lost acknowledged write is reported before a malformed problem object. A run
that waits for a silent connection fails every gate, but for one reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from squall.core.events import LogProblem
from squall.diagnosis import remedies
from squall.diagnosis.handled_errors import handler_fails
from squall.diagnosis.judged_run import SERVER_ERROR, Diagnosis, JudgedRun, count
from squall.diagnosis.rules_after_heal import (
    error_text,
    kept_for_good,
    not_recovered,
    short_on_capacity,
    silence,
    waits_in_vain,
)
from squall.diagnosis.rules_at_rest import (
    disclosed_secret,
    held_for_slow_clients,
    held_while_waiting,
    killed_at_deploy,
    left_on_session,
    lost_listener,
    no_room_for_two,
    requests_cut_at_the_end,
    resources_not_returned,
    setting_left,
    starved_by_streams,
)
from squall.diagnosis.rules_of_answers import answer_unlike_calm
from squall.diagnosis.rules_of_blame import blocked_callers, probe_left_behind
from squall.diagnosis.rules_of_effects import not_one_effect
from squall.diagnosis.rules_of_halves import partial_transaction, work_left
from squall.diagnosis.rules_of_leaks import leaked_connection
from squall.diagnosis.rules_of_lines import (
    goes_on_without_a_limit,
    slow_to_refuse,
    waits_in_line,
)
from squall.diagnosis.rules_of_load import (
    asks_row_by_row,
    reads_wait_for_locks,
    refused_beside,
    retry_storm,
    upstream_retry_storm,
)
from squall.diagnosis.rules_of_proof import not_steady, unproven
from squall.diagnosis.rules_of_python import coroutine_awaited_twice
from squall.diagnosis.rules_of_refusals import refused_but_applied
from squall.diagnosis.rules_of_sessions import lost_settings, name_left_behind
from squall.diagnosis.rules_of_threads import threads_wait
from squall.diagnosis.rules_of_waits import (
    blocked_event_loop,
    deadlocked,
    hold_and_wait,
    hold_and_wait_in_vain,
    is_harmless,
    one_session_for_all,
    stands_still,
    unbounded_call,
)
from squall.diagnosis.rules_of_writes import (
    acknowledged_before_commit,
    acknowledged_write_lost,
    duplicate_write,
    repeat_answered_otherwise,
)
from squall.diagnosis.signs_of_answers import were_taken_for_bugs
from squall.gates import error_contract as contract
from squall.gates import health_probes, log_clean

Cause = Callable[[JudgedRun], Diagnosis | None]

PAUSE = "app.pause"
MANY_REQUESTS = 20
"""From fewer it does not follow that an error belongs to none."""


def process_ended(case: JudgedRun) -> Diagnosis | None:
    """The app's process ended."""
    finding = case.failed("app-survived")
    if finding is None:
        return None
    if case.faults == {PAUSE}:
        told = (
            "a pause of the whole process ended it, such as by a watchdog that takes it for a hang"
        )
        return Diagnosis(f"{told}: {finding.reason}", remedies.SURVIVE)
    return Diagnosis(f"the outage ended the app itself: {finding.reason}", remedies.SURVIVE)


def slow_refusals(case: JudgedRun) -> Diagnosis | None:
    """Each request waits for its own timeout although the outage is known."""
    finding = case.failed("fails-fast")
    if finding is None:
        return None
    told = "each request waited to find out about an outage that was known"
    return Diagnosis(f"{told}: {finding.reason}", remedies.FAIL_FAST)


def broken_error_contract(case: JudgedRun) -> Diagnosis | None:
    """Error answers that violate the contract."""
    finding = case.failed("error-contract")
    if finding is None:
        return None
    number = int(finding.figures["breaches"])
    told = f"{number} of {int(finding.figures['errors'])} errors"
    if finding.code == contract.LEAK:
        shown = f"{told} showed internals to clients: {finding.reason}"
        return Diagnosis(shown, remedies.KEEP_INSIDE)
    if finding.code == contract.CUT_CONNECTION:
        return Diagnosis(f"{told} were cut connections: {finding.reason}", remedies.SURVIVE)
    if finding.code == contract.SERVER_ERROR:
        what = "were unhandled in the app"
        if handler_fails(case):
            what = "come from the handler of errors, which fails itself: it needs what is away"
        elif were_taken_for_bugs(case):
            what = "were taken for bugs: the app's handler does not know errors that pass, as if it"
            what += " told them by their class or words, and not by their SQLSTATE"
        reason = f"{told} {what}: {finding.reason}{case.maybe_committed}"
        return Diagnosis(reason, remedies.ANSWER_503)
    return Diagnosis(f"{told} broke the contract: {finding.reason}", remedies.PROBLEM_DETAILS)


def wrong_probe(case: JudgedRun) -> Diagnosis | None:
    """A probe that gives the orchestrator a wrong answer."""
    finding = case.failed("health-probes")
    if finding is None:
        return None
    liveness = finding.code in (health_probes.NOT_LIVE, health_probes.LIVE_LATE)
    remedy = remedies.LIVENESS if liveness else remedies.READINESS
    if finding.code == health_probes.NOT_LIVE and is_harmless(case):
        told = "liveness says no because there is much to do, so a restart adds to it"
        return Diagnosis(f"{told}: {finding.reason}", remedy)
    return Diagnosis(f"a probe misled the orchestrator: {finding.reason}", remedy)


def unhandled_error(case: JudgedRun) -> Diagnosis | None:
    """Errors that the app did not handle."""
    finding = case.failed("log-clean")
    if finding is None:
        return None
    lines = sum(isinstance(event, LogProblem) for event in case.evidence.events)
    unhandled = finding.code == log_clean.UNHANDLED
    remedy = remedies.ANSWER_503 if unhandled else remedies.AWAIT_TASKS
    told = count(lines, "error was", "errors were")
    more = case.maybe_committed if unhandled else ""
    ops = case.evidence.ops
    if (
        unhandled
        and len(ops) >= MANY_REQUESTS
        and not any((op.status or 0) == SERVER_ERROR for op in ops)
    ):
        more += "; no request of the load was answered so: a page of metrics or a probe of the app"
        more += " asks the database, or a task"
    return Diagnosis(f"{told} not handled: {finding.reason}{more}", remedy)


def below_target(case: JudgedRun) -> Diagnosis | None:
    """Fewer or slower successful answers than the contract promises."""
    if short_on_capacity(case, "during"):
        bad = sum(not op.good for op in case.during)
        told = f"{bad} of {len(case.during)} requests failed during the outage"
        return Diagnosis(f"{told}, more than the gate allows", remedies.RETRY)
    finding = case.failed("response-time")
    if finding is None:
        return None
    return Diagnosis(f"answers were slower than the gate allows: {finding.reason}",
                     remedies.BOUND_WAITS)  # fmt: skip


CAUSES: Iterable[Cause] = (
    deadlocked,
    hold_and_wait,
    not_steady,
    acknowledged_write_lost,
    acknowledged_before_commit,
    duplicate_write,
    not_one_effect,
    repeat_answered_otherwise,
    refused_but_applied,
    stands_still,
    lost_listener,
    partial_transaction,
    work_left,
    setting_left,
    answer_unlike_calm,
    no_room_for_two,
    process_ended,
    killed_at_deploy,
    left_on_session,
    starved_by_streams,
    held_for_slow_clients,
    slow_to_refuse,
    held_while_waiting,
    blocked_event_loop,
    one_session_for_all,
    threads_wait,
    leaked_connection,
    requests_cut_at_the_end,
    resources_not_returned,
    lost_settings,
    name_left_behind,
    reads_wait_for_locks,
    asks_row_by_row,
    hold_and_wait_in_vain,
    blocked_callers,
    probe_left_behind,
    kept_for_good,
    coroutine_awaited_twice,
    waits_in_vain,
    error_text,
    unbounded_call,
    waits_in_line,
    goes_on_without_a_limit,
    silence,
    not_recovered,
    retry_storm,
    upstream_retry_storm,
    slow_refusals,
    disclosed_secret,
    broken_error_contract,
    wrong_probe,
    unhandled_error,
    refused_beside,
    below_target,
    unproven,
)
"""In the order in which the rules are tried."""
