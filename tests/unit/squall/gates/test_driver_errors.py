"""What follows from a bug of the driver is not held against the app, and nothing beside it."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import BackendsSampled, ErrorsLogged, LogProblem
from squall.gates.error_contract import ErrorContract
from squall.gates.log_clean import LogClean
from squall.history.op import Outcome

STATE = "cannot switch to state #; another operation (2) is in progress"
BUG = f"asyncpg.exceptions._base.InternalClientError: {STATE}"
ASGI = "ERROR:    Exception in ASGI application: "


def logged(exception: str, count: int) -> ErrorsLogged:
    return ErrorsLogged(
        at=1.5, exception=exception, message=STATE, place="main.py:28 in item", count=count,
        unhandled=count, last=1.6,
    )  # fmt: skip


def answers(make: Any, errors: int, cuts: int) -> list[Any]:
    plain = {"status": 500, "body": "Internal Server Error", "content_type": "text/plain"}
    cut = {"status": None, "error": "disconnected", "outcome": Outcome.UNKNOWN}
    return [
        make.op(0),
        *(make.op(110 + n, **plain) for n in range(errors)),
        *(make.op(130 + n, **cut) for n in range(cuts)),
    ]


@pytest.mark.parametrize(
    ("events", "errors", "cuts", "verdict"),
    [
        ([logged("InternalClientError", 2)], 2, 2, "pass"),
        ([logged("InternalClientError", 2)], 3, 0, "fail"),
        ([logged("InternalClientError", 2)], 2, 3, "fail"),
        ([logged("ConnectionDoesNotExistError", 2)], 2, 0, "fail"),
        ([], 1, 0, "fail"),
    ],
)
def test_as_many_answers_as_the_log_has_bugs_are_spared(
    evidence: Any, make: Any, events: list[Any], errors: int, cuts: int, verdict: str
) -> None:
    run = evidence(answers(make, errors, cuts), [*make.outage(), *events])
    assert ErrorContract().judge(run).verdict == verdict


def test_the_log_may_name_the_bug_and_no_other_exception(evidence: Any) -> None:
    bug, other = LogProblem(at=1.5, line=ASGI + BUG), LogProblem(at=1.5, line=f"{ASGI}KeyError: 1")
    assert LogClean().judge(evidence([], [bug])).verdict == "pass"
    assert LogClean().judge(evidence([], [bug, other])).verdict == "fail"


@pytest.mark.parametrize(("errors", "verdict"), [(9, "pass"), (10, "fail")])
def test_more_bugs_than_connections_are_the_apps_own(
    evidence: Any, make: Any, errors: int, verdict: str
) -> None:
    """A connection shows it once; requests that share one show it again and again. Six sessions
    were there, and the fault has ended three.
    """
    sessions = BackendsSampled(at=0.5, total=6, active=0, idle=6, idle_in_transaction=0)
    events = [*make.outage(), sessions, logged("InternalClientError", errors)]
    assert ErrorContract().judge(evidence(answers(make, errors, 0), events)).verdict == verdict
    line = LogProblem(at=1.5, line=ASGI + BUG)
    assert LogClean().judge(evidence([], [*events, line])).verdict == verdict


@pytest.mark.parametrize(
    ("coroutine", "verdict"), [("PoolConnectionHolder.release", "pass"), ("send_mail", "fail")]
)
def test_a_task_that_the_pool_starts_for_itself_is_not_the_apps(
    evidence: Any, coroutine: str, verdict: str
) -> None:
    line = f"Task exception was never retrieved ({coroutine})"
    problem = LogProblem(at=1.5, line=line)
    assert LogClean().judge(evidence([], [problem])).verdict == verdict


@pytest.mark.parametrize(
    ("exception", "verdict"),
    [
        ("ConnectionError('unexpected connection_lost() call')", "pass"),
        ("ConnectionResetError(#, 'Connection reset by peer')", "pass"),
        ("PostgresError('x')", "fail"),
    ],
)
def test_the_future_of_a_connect_that_was_given_up_is_the_drivers(
    evidence: Any, exception: str, verdict: str
) -> None:
    problem = LogProblem(at=1.5, line=f"Future exception was never retrieved ({exception})")
    assert LogClean().judge(evidence([], [problem])).verdict == verdict


def test_a_session_that_cannot_be_given_back_after_the_answer_cuts_the_kept_connection(
    evidence: Any, make: Any
) -> None:
    words = "Caught handled exception, but response already started."
    problem = LogProblem(at=1.5, line=f"{ASGI}: RuntimeError: {words}")
    assert LogClean().judge(evidence([], [problem])).verdict == "pass"
    told = ErrorsLogged(at=1.5, exception="RuntimeError", message=words, place="", count=1,
                        unhandled=1, last=1.5)  # fmt: skip
    cut = {"status": None, "error": "disconnected", "outcome": Outcome.UNKNOWN}
    for number, verdict in ((1, "pass"), (2, "fail")):
        ops = [make.op(150 + one, **cut) for one in range(number)]
        happened = [*make.outage(), told]
        assert ErrorContract().judge(evidence(ops, happened)).verdict == verdict
