"""What an app holds while it serves no request, before the load and after it."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import (
    AppTerminated,
    BackendsSampled,
    FaultInjected,
    IdleStatements,
    ProbeSampled,
    ProcessorAwaited,
    RestSampled,
    RunEnded,
    SecretDisclosed,
    SeriesCounted,
    StatementsRefused,
)
from squall.gates.background_sessions_return import BackgroundSessionsReturn
from squall.gates.connection_leaks import ConnectionLeaks
from squall.gates.ends_when_told import EndsWhenTold
from squall.gates.no_secret_disclosed import NoSecretDisclosed
from squall.gates.resources_return import ResourcesReturn
from squall.gates.session_leftovers import SessionLeftovers
from squall.gates.starvation import excuse_starved
from squall.gates.verdict import Gate, judge_gate

MIB = 1024**2


def rest(moment: str, **changes: Any) -> RestSampled:
    base = {"sessions": 5, "advisory_locks": 0, "listeners": 0, "temporary_tables": 0,
            "descriptors": 40, "threads": 3, "memory_bytes": 80 * MIB}  # fmt: skip
    return RestSampled(at=0.1 if moment == "before" else 9.0, moment=moment, **{**base, **changes})


@pytest.mark.parametrize(
    ("exit_code", "verdict"), [(0, "pass"), (-15, "pass"), (-9, "fail"), (137, "fail")]
)
def test_an_app_that_is_told_to_end_ends_by_itself(
    evidence: Any, make: Any, exit_code: int, verdict: str
) -> None:
    end = AppTerminated(at=2.5, exit_code=exit_code, seconds=5.0)
    assert EndsWhenTold().judge(evidence([], [*make.outage(), end])).verdict == verdict


@pytest.mark.parametrize(
    ("waits", "start", "verdict"),
    [(0.0, 0.0, "fail"), (0.0, 9.0, "fail"), (0.05, 0.0, "inconclusive")],
    ids=["calm", "the next start is starved", "starved in its grace period"],
)
def test_only_a_starved_grace_period_excuses_a_kill(
    evidence: Any, waits: float, start: float, verdict: str
) -> None:
    told = FaultInjected(at=1.0, step=0, fault="app.terminate", label="x", effect="ends")
    grace = [ProcessorAwaited(at=1 + n / 10, seconds=3 + n * waits) for n in range(50)]
    after = [ProcessorAwaited(at=6.1 + n / 10, seconds=n * start) for n in range(9)]
    end = AppTerminated(at=8.0, exit_code=-9, seconds=5.0)
    run = evidence([], [told, *grace, *after, end])
    (finding,) = excuse_starved([judge_gate(EndsWhenTold(), run)], run)
    assert finding.verdict == verdict


def test_a_failed_transaction_that_nobody_rolled_back_has_a_code_of_its_own(evidence: Any) -> None:
    stuck = {"total": 3, "active": 0, "idle": 2, "idle_in_transaction": 1}
    calm = {"total": 3, "active": 0, "idle": 3, "idle_in_transaction": 0}
    happened = [
        BackendsSampled(at=0.5, **calm), FaultInjected(at=1.0, step=0, fault="x", label="x"),
        RunEnded(at=3.0), BackendsSampled(at=3.1, **stuck), rest("after", aborted=1),
    ]  # fmt: skip
    assert ConnectionLeaks().judge(evidence([], happened)).code == "sessions-left-aborted"
    happened[-1] = rest("after")
    assert ConnectionLeaks().judge(evidence([], happened)).code == "sessions-left-in-transaction"


def judged(evidence: Any, gate: Gate, before: dict[str, Any], after: dict[str, Any]) -> Any:
    return gate.judge(evidence([], [rest("before", **before), rest("after", **after)]))


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({}, {}, "holds"),
        ({}, {"advisory_locks": 1}, "advisory-locks-left"),
        ({}, {"temporary_tables": 2}, "temporary-tables-left"),
        ({"advisory_locks": 1}, {"advisory_locks": 1}, "holds"),  # a leader keeps its lock
        ({"advisory_locks": 1}, {}, "holds"),
    ],
)
def test_nothing_stays_on_a_session(
    evidence: Any, before: dict[str, Any], after: dict[str, Any], code: str
) -> None:
    assert judged(evidence, SessionLeftovers(), before, after).code == code


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"listeners": 2}, {"listeners": 2}, "pass"),
        ({"listeners": 2}, {"listeners": 1}, "fail"),
        ({}, {}, "not-judged"),
        ({}, {"listeners": 1}, "not-judged"),
    ],
)
def test_sessions_that_listen_come_back(
    evidence: Any, before: dict[str, Any], after: dict[str, Any], verdict: str
) -> None:
    assert judged(evidence, BackgroundSessionsReturn(), before, after).verdict == verdict


@pytest.mark.parametrize(
    ("fault", "before", "during", "code"),
    [
        ("database.crash", 0, 1, "session-left-read-only"),
        ("database.crash", 0, 0, "holds"),
        ("database.crash", 1, 1, "holds"),  # its habit
        ("database.read_only", 0, 9, "holds"),
    ],
)
def test_a_session_that_was_left_read_only_is_seen_in_the_log(
    evidence: Any, fault: str, before: int, during: int, code: str
) -> None:
    injected = FaultInjected(at=1.0, step=0, fault=fault, label=fault)
    refused = StatementsRefused(at=9.1, why="read-only", before=before, during=during)
    run = evidence([], [rest("before"), injected, rest("after"), refused])
    assert SessionLeftovers().judge(run).code == code


POLLER_ENDED = (
    "the idle app sent 5.0 statements a second before the outage and none in 9 s after it:"
    " what polls has ended"
)


def polled(moment: str, statements: int, seconds: float) -> IdleStatements:
    return IdleStatements(at=0.2, moment=moment, statements=statements, seconds=seconds)


@pytest.mark.parametrize(
    ("happened", "verdict", "reason"),
    [
        ([], "not-judged", "not judged: no session listened before the load"),
        ([polled("before", 6, 1.2), polled("after", 1, 0.1)], "pass", "the idle app polls again"),
        ([polled("before", 6, 1.2), polled("after", 0, 9.0)], "fail",
         POLLER_ENDED),
        # The run was lost before the second look.
        ([polled("before", 6, 1.2)], "not-judged",
         "not judged: no session listened before the load"),
    ],
)  # fmt: skip
def test_an_app_that_polls_goes_on(
    evidence: Any, happened: list[Any], verdict: str, reason: str
) -> None:
    finding = BackgroundSessionsReturn().judge(evidence([], happened))
    assert (finding.verdict, finding.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ({"descriptors": 55}, "holds"),
        ({"descriptors": 56}, "descriptors-left"),
        ({"descriptors": 70, "sessions": 20}, "holds"),  # a pool that has grown
        ({"descriptors": None}, "not-judged"),
        ({"threads": 83}, "holds"),  # thread pools that have filled
        ({"threads": 84}, "threads-left"),
        ({"memory_bytes": 128 * MIB}, "holds"),
        ({"memory_bytes": 129 * MIB}, "memory-left"),
        ({"memory_bytes": 20 * MIB, "threads": 1}, "holds"),  # a new process
    ],
)
def test_resources_are_given_back(evidence: Any, after: dict[str, Any], code: str) -> None:
    assert judged(evidence, ResourcesReturn(), {}, after).code == code


def test_dead_sockets_of_sessions_are_not_left_behind_and_others_are(evidence: Any) -> None:
    """Threads with a connection each keep them until they are used again."""
    most = BackendsSampled(at=1.5, total=40, active=9, idle=31, idle_in_transaction=0)
    for left, code in ((90, "holds"), (91, "descriptors-left")):
        happened = [rest("before"), most, rest("after", descriptors=left, sessions=8)]
        assert ResourcesReturn().judge(evidence([], happened)).code == code


def test_a_disclosed_password_is_found_wherever_it_stands(evidence: Any) -> None:
    gate = NoSecretDisclosed()
    log, answer = (SecretDisclosed(at=1.0, place=place, count=3) for place in ("log", "answer"))
    assert gate.judge(evidence([], [])).verdict == "pass"
    assert gate.judge(evidence([], [log])).code == "password-in-log"
    assert gate.judge(evidence([], [log, answer])).code == "password-in-answer"
    success = SecretDisclosed(at=1.0, place="success", count=3)
    assert gate.judge(evidence([], [log, answer, success])).code == "password-in-success"
    token = SecretDisclosed(at=1.0, place="token", count=3)
    found = gate.judge(evidence([], [token]))
    assert (found.code, found.figures) == ("credentials-in-log", {"token": 3})
    assert gate.judge(evidence([], [token, log])).code == "password-in-log"


def test_a_password_in_the_answer_of_a_probe_is_found(evidence: Any) -> None:
    for discloses, verdict in ((True, "fail"), (False, "pass")):
        probe = ProbeSampled(
            at=1.0, probe="ready", status=503, seconds=0.0, app_meant_down=False,
            discloses=discloses,
        )  # fmt: skip
        found = NoSecretDisclosed().judge(evidence([], [probe]))
        assert found.verdict == verdict
        assert found.code in ("password-in-answer", "holds")


@pytest.mark.parametrize(("named", "code"), [(10, "series-of-one-request"), (9, "holds")])
def test_a_series_of_metrics_for_each_request_is_kept_for_good(
    evidence: Any, named: int, code: str
) -> None:
    counted = SeriesCounted(at=9.0, series=300, of_one_request=named)
    happened = [rest("before"), rest("after"), counted]
    assert ResourcesReturn().judge(evidence([], happened)).code == code


@pytest.mark.parametrize(
    "gate", [SessionLeftovers(), BackgroundSessionsReturn(), ResourcesReturn()]
)
def test_without_both_looks_nothing_is_judged(evidence: Any, gate: Gate) -> None:
    finding = gate.judge(evidence([], [rest("before", listeners=1)]))
    assert (finding.verdict, finding.reason[:10]) == ("not-judged", "not judged")


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({}, {}, "holds"),
        ({}, {"app.org=aa": 1}, "settings-left"),
        ({"timezone=aa": 5}, {"timezone=aa": 7}, "holds"),
        ({"timezone=aa": 5}, {"timezone=aa": 5, "role=bb": 2}, "settings-left"),
        # An app can keep account of a time-out, and set it anew where it matters.
        ({}, {"statement_timeout=bb": 2, "work_mem=aa": 1}, "holds"),
        # On each session the same in calm, and now another value.
        ({"search_path=aa": 5}, {"search_path=aa": 4, "search_path=bb": 1}, "settings-left"),
        # Every request sets its own: the values differ in calm, too.
        ({"app.org=aa": 1, "app.org=bb": 1}, {"app.org=cc": 1, "app.org=dd": 1}, "holds"),
        # One session has it, so nobody knows whether the values always agree.
        ({"app.org=aa": 1}, {"app.org=cc": 1}, "holds"),
    ],
)
def test_settings_that_stay_on_sessions(
    evidence: Any, before: dict[str, int], after: dict[str, int], code: str
) -> None:
    finding = judged(evidence, SessionLeftovers(), {"settings": before}, {"settings": after})
    assert (finding.code or "holds") == code
