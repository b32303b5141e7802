"""``log-clean``: lines of the app's log that tell of what nobody handled, the commonest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import ErrorsLogged, LogProblem, RestSampled
from squall.gates.log_clean import LogClean

NAME = "log-clean"


def lines(*said: str) -> list[LogProblem]:
    return [LogProblem(at=3.0 + n, line=line) for n, line in enumerate(said)]


def test_a_silent_log_passes(evidence: Any, told: Any) -> None:
    expected = told.passed(NAME, "0 unhandled problems in the log", problems=0)
    assert LogClean().judge(evidence([])) == expected


def test_the_commonest_lines_are_told_first(evidence: Any, make: Any, told: Any) -> None:
    said = lines("never retrieved", "ASGI", "ASGI", "Unclosed", "pending", "ASGI")
    assert LogClean().judge(evidence([], [*make.outage(), *said])) == told.failed(
        NAME,
        "unhandled, by the app's log: 3 x 'ASGI', 1 x 'never retrieved', 1 x 'Unclosed' and 1 more",
        code="unhandled-exception",
        problems=6,
    )


@pytest.mark.parametrize(("allowed", "verdict"), [(1, "fail"), (2, "pass")])
def test_so_many_may_be_allowed(evidence: Any, allowed: int, verdict: str) -> None:
    finding = LogClean(allowed=allowed).judge(evidence([], lines("ASGI", "ASGI")))
    assert (finding.verdict, finding.figures) == (verdict, {"problems": 2})


def rest(moment: str, log_bytes: int | None) -> RestSampled:
    return RestSampled(
        at=0.0, moment=moment, sessions=1, advisory_locks=0, listeners=0, temporary_tables=0,
        log_bytes=log_bytes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("grown", "failed", "limit", "code"),
    [
        (500_000, 100, 3.0, "log-flooded"),
        (500_000, 100, None, "holds"),
        (200_000, 100, 3.0, "holds"),
        (500_000, 19, 3.0, "holds"),
        (None, 100, 3.0, "holds"),
    ],
)
def test_a_log_that_grows_with_each_failure_is_a_flood(
    evidence: Any, make: Any, grown: int | None, failed: int, limit: float | None, code: str
) -> None:
    end = None if grown is None else 1000 + grown
    happened = [rest("before", 1000), *make.outage(), rest("after", end)]
    ops = [make.refusal(n, at=1.2) for n in range(failed)]
    found = LogClean(kib_each=limit).judge(evidence(ops, happened))
    assert found.code == code, found.reason


def test_what_the_app_logs_without_a_fault_is_no_effect_of_one(evidence: Any) -> None:
    known = "ASGI application: RuntimeError: websocket.close twice"
    new = "ASGI application: KeyError: 'id'"
    run = evidence([], lines(known, known))
    calm = replace(run.contract, calm_problems=frozenset({known}))
    found = LogClean().judge(replace(run, contract=calm))
    assert (found.verdict, found.figures) == ("pass", {"problems": 0, "in_calm": 2})
    assert "2 that it also has without a fault" in found.reason
    both = replace(evidence([], lines(known, new)), contract=calm)
    assert LogClean().judge(both).verdict == "fail"


@pytest.mark.parametrize(
    ("at", "count", "verdict"), [(0.5, 2, "pass"), (0.5, 1, "fail"), (2.5, 2, "fail")],
    ids=["before the fault", "more than those", "since the fault"],
)  # fmt: skip
def test_an_error_that_began_before_the_fault_is_no_effect_of_it(
    evidence: Any, make: Any, at: float, count: int, verdict: str
) -> None:
    """A mail server that the lab does not have: its place is not that of the database."""
    line = "ASGI application: ConnectionRefusedError: [Errno #] Connection refused"
    group = ErrorsLogged(
        at=at, last=4.0, exception="ConnectionRefusedError", count=count, unhandled=count,
        message="[Errno #] Connection refused", place="shop/mail.py:80 in send",
    )  # fmt: skip
    run = evidence([], [*make.outage(), *lines(line, line), group])
    assert LogClean().judge(run).verdict == verdict
