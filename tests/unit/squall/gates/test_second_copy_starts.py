"""Two copies of the app at once: the second gets ready, and the server has room for both."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import BackendsSampled, FaultInjected, SecondCopyEnded
from squall.core.server_events import ENDED, StatementsRefused
from squall.gates.second_copy_starts import SecondCopyStarts

READY: dict[str, Any] = {
    "ready": True, "exit_code": None, "seconds": 1.2, "refused": 0, "clashed": False
}  # fmt: skip


FULL = "the server was full and refused"
WHILE = "while the first one ran"
SHARED = "not judged: the second copy needs a port or a file of this machine that the first one has"
CASES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "pass", "a second copy was ready after 1.2 s"),
    ({"refused": 2}, "fail", f"while two copies of the app ran, {FULL} 2 connections"),
    ({"ready": False, "exit_code": 3, "refused": 1}, "fail",
     f"a second copy of the app ended with exit code 3 {WHILE}; {FULL} 1 connection"),
    ({"ready": False}, "fail", f"a second copy of the app did not get ready {WHILE}"),
    ({"ready": False, "exit_code": 1, "clashed": True}, "not-judged", SHARED),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "verdict", "reason"), CASES)
def test_the_second_copy_is_judged(
    evidence: Any, make: Any, changes: dict[str, Any], verdict: str, reason: str
) -> None:
    ended = SecondCopyEnded(at=2.5, **{**READY, **changes})
    finding = SecondCopyStarts().judge(evidence([], [*make.outage(), ended]))
    assert (finding.verdict.value, finding.reason) == (verdict, reason)


def test_without_a_second_copy_nothing_is_judged(evidence: Any, make: Any) -> None:
    assert SecondCopyStarts().judge(evidence([], make.outage())).verdict.value == "not-judged"


def samples(waiting: int, *, since: float = 1.0) -> list[BackendsSampled]:
    """Twenty a second, from before the outage (1 s to 2 s) to its end."""
    return [
        BackendsSampled(
            at=at / 20, total=5, active=3, idle=2, idle_in_transaction=0,
            waiting_for_locks=waiting if since <= at / 20 < since + 0.6 else 0,
        )
        for at in range(10, 40)
    ]  # fmt: skip


LOCKS: list[tuple[int, float, int, str]] = [
    (4, 1.1, 5, "fail"),
    (1, 1.1, 5, "pass"),  # an advisory lock keeps two starts apart
    (4, 1.1, 1, "pass"),  # nobody was harmed
    (4, 0.6, 5, "pass"),  # requests want the same rows anyway
]


@pytest.mark.parametrize(("waiting", "since", "harmed", "verdict"), LOCKS)
def test_a_start_that_locks_out_the_first_copy(
    evidence: Any, make: Any, waiting: int, since: float, harmed: int, verdict: str
) -> None:
    ended = SecondCopyEnded(at=2.5, **READY)
    ops = [make.op(120 + number, status=503) for number in range(harmed)]
    happened = [*make.outage(), *samples(waiting, since=since), ended]
    finding = SecondCopyStarts().judge(evidence(ops, happened))
    assert finding.verdict.value == verdict
    if verdict == "fail":
        told = "while a second copy started, requests queued for locks for 0.6 s, and 5 requests"
        assert finding.reason == f"{told} failed or were late"
        assert finding.code == "first-copy-locked-out"


@pytest.mark.parametrize(
    ("fault", "seconds", "verdict"),
    [("app.overlap", 0.02, "fail"), ("app.overlap", 0.4, "pass"), ("database.crash", 0.02, "pass")],
    ids=["at once", "after a wait", "of another cause"],
)
def test_a_start_that_fails_requests_of_the_first_copy(
    evidence: Any, make: Any, fault: str, seconds: float, verdict: str
) -> None:
    told = FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect="loads")
    ended = SecondCopyEnded(at=2.5, **READY)
    ops = [make.op(1, at=0.5)]
    ops += [make.refusal(n, at=1.05 + n / 1000, done=1.05 + n / 1000 + seconds) for n in range(4)]
    finding = SecondCopyStarts().judge(evidence(ops, [told, ended]))
    assert finding.verdict.value == verdict
    assert (finding.code == "first-copy-disturbed") is (verdict == "fail")


@pytest.mark.parametrize(
    ("fault", "ended", "verdict"),
    [("app.overlap", 8, "fail"), ("app.overlap", 1, "pass"), ("database.crash", 8, "pass")],
)
def test_a_start_that_ends_the_sessions_of_the_first_copy(
    evidence: Any, make: Any, fault: str, ended: int, verdict: str
) -> None:
    """A pool that finds them gone opens others: no request tells of it."""
    told = FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect="loads")
    counted = StatementsRefused(at=3.0, why=ENDED, before=0, during=ended)
    events = [told, SecondCopyEnded(at=2.5, **READY), counted]
    finding = SecondCopyStarts().judge(evidence([make.op(1, at=0.5)], events))
    assert finding.verdict.value == verdict
    assert (finding.code == "first-copy-disturbed") is (verdict == "fail")
