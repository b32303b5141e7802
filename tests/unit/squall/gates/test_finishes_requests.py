"""What happens to requests at SIGTERM."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import FaultHealed, FaultInjected
from squall.gates.finishes_requests import FinishesRequests


def deploy(fault: str = "app.terminate") -> list[Any]:
    told = FaultInjected(at=5.0, step=0, fault=fault, label=fault)
    return [told, FaultHealed(at=7.0, step=0, fault=fault, bites=1, what="ended")]


@pytest.mark.parametrize(
    ("times", "verdict"),
    [
        ({"sent": 4.8, "done": 5.1}, "fail"),
        ({"sent": 4.95, "done": 5.1}, "pass"),  # the app may not have had it
        ({"sent": 5.2, "done": 5.3}, "pass"),  # it came too late
        ({"sent": 4.5, "done": 4.9}, "pass"),  # it had ended before
    ],
)
def test_a_request_that_is_under_way_is_finished(
    evidence: Any, make: Any, times: dict[str, float], verdict: str
) -> None:
    cut = make.op(0, intended=times["sent"], status=None, error="disconnected", **times)
    assert FinishesRequests().judge(evidence([cut], deploy())).verdict == verdict


def test_an_answer_after_the_signal_is_what_is_wanted(evidence: Any, make: Any) -> None:
    answered = make.op(0, intended=4.8, sent=4.8, done=5.2)
    assert FinishesRequests().judge(evidence([answered], deploy())).verdict == "pass"


def test_a_crash_may_cut_requests(evidence: Any, make: Any) -> None:
    cut = make.op(0, intended=4.8, sent=4.8, done=5.2, status=None, error="reset")
    assert FinishesRequests().judge(evidence([cut], deploy("app.crash"))).verdict == "pass"


@pytest.mark.parametrize(
    ("beside", "refused_before", "verdict"),
    [("slows", False, "fail"), ("slows", True, "pass"), ("silences", False, "pass")],
)
def test_a_request_under_way_fails_for_no_other_reason(
    evidence: Any, make: Any, beside: str, refused_before: bool, verdict: str
) -> None:
    """The pool was closed before its users had ended; an overload or another fault excuses it."""
    told, healed = deploy()
    events = [
        FaultInjected(at=4.0, step=1, fault="wire.x", label="wire.x", effect=beside),
        replace(told, effect="ends"),
        healed,
    ]
    ops = [make.refusal(n, intended=4.8, sent=4.8, done=5.1) for n in range(3)]
    if refused_before:
        ops.append(make.refusal(9, intended=4.5, sent=4.5, done=4.6))
    found = FinishesRequests().judge(evidence(ops, events))
    assert found.verdict == verdict, found.reason


@pytest.mark.parametrize(("done", "in_kind"), [(5.1, True), (6.9, False)])
def test_what_is_cut_at_once_is_cut_on_purpose(
    evidence: Any, make: Any, done: float, in_kind: bool
) -> None:
    """A busy machine may be why an app is cut at the end of its time, and not why it cuts soon."""
    lost = {"status": None, "error": "disconnected", "intended": 4.8, "sent": 4.8, "done": done}
    cut = [make.op(n, **lost) for n in range(3)]
    found = FinishesRequests().judge(evidence(cut, deploy()))
    assert (found.verdict, found.in_kind) == ("fail", in_kind)
