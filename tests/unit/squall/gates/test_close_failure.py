"""A limit that is missed by less than twice is close; what hangs, or is not a limit, is not."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import ProbeSampled
from squall.gates.answered_in_time import AnsweredInTime
from squall.gates.availability import Availability
from squall.gates.close_failure import failed_closely, note_close_failure
from squall.gates.fails_fast import FailsFast
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.health_probes import HealthProbes
from squall.gates.recovery_time import RecoveryTime
from squall.gates.response_time import ResponseTime
from squall.gates.threshold import parse_threshold
from squall.gates.verdict import Finding, Gate, Verdict, judge_gate


def late(overrun: float) -> Finding:
    return failed("answered-in-time", "2 were late", overrun=overrun)


def judged(gate: Gate, run: Any) -> Finding:
    finding = judge_gate(gate, run)
    assert finding.verdict is Verdict.FAIL
    return finding


@pytest.mark.parametrize(
    "gate",  # of the last ones the errors are less than twice those that are allowed
    [
        AnsweredInTime(),
        RecoveryTime(within_ms=1000, at_least=5),
        FailsFast(p95_ms=1000, grace_ms=0),
        ResponseTime(during_p95_ms=1000),
        ResponseTime(during_times_before=10),
        parse_threshold("p95 during <= 1000 ms"),
        parse_threshold("errors during <= 60%"),
        parse_threshold("good during >= 40%"),
        Availability(during_min=0.4),
    ],
    ids=lambda gate: gate.name,
)
@pytest.mark.parametrize(("seconds", "close"), [(1.2, True), (2.9, False)])
def test_a_limit_missed_by_less_than_twice_is_close(
    evidence: Any, make: Any, gate: Gate, seconds: float, close: bool
) -> None:
    during = [make.refusal(n, at=1.01, done=1.01 + seconds) for n in range(100, 160)]
    before = [make.op(n, at=0.1, done=0.2) for n in range(60)]
    served = [make.op(n, at=1.01, done=1.01 + seconds) for n in range(200, 220 if close else 200)]
    after = [make.op(n, at=2.0 + seconds, done=2.1 + seconds) for n in range(300, 360)]
    bad = make.refusal(250, at=2.01, done=2.02)
    finding = judged(gate, evidence([*before, *during, *served, bad, *after]))
    assert finding.overrun > 1
    shares = gate.name == "availability" or gate.name.startswith(("errors", "good"))
    assert failed_closely([finding]) is (close or shares)


def test_a_late_probe_is_close_and_a_dead_one_is_not(evidence: Any, make: Any) -> None:
    def probed(status: int | None, seconds: float) -> Finding:
        probe = ProbeSampled(
            at=1.5, probe="live", status=status, seconds=seconds, app_meant_down=False
        )
        return judged(HealthProbes(), evidence([make.op(1)], [*make.outage(), probe]))

    assert failed_closely([probed(200, 0.7)])
    assert not failed_closely([probed(200, 1.7)])
    assert not failed_closely([probed(None, 0.7)])


def test_a_request_without_an_answer_is_not_close(evidence: Any, make: Any) -> None:
    hung = make.op(1, at=0.0, done=1.3, status=None, error="timeout")
    assert not failed_closely([judged(AnsweredInTime(), evidence([hung]))])


def test_an_app_that_does_not_recover_is_not_close(evidence: Any, make: Any) -> None:
    after = [make.refusal(n, at=2.5, done=2.6) for n in range(30)]
    assert not failed_closely([judged(RecoveryTime(), evidence(after))])


def timed(finding: Finding) -> Finding:
    return Finding(
        gate=finding.gate,
        verdict=finding.verdict,
        reason=finding.reason,
        overrun=finding.overrun,
        timed=True,
    )


def test_everything_that_failed_must_be_close() -> None:
    close, far = timed(late(1.4)), timed(late(3.0))
    lost = failed("no-lost-write", "1 write is lost")
    unproven = inconclusive("retry-storm", "too few samples")
    assert failed_closely([close, passed("log-clean", "clean"), unproven])
    assert not failed_closely([close, far])
    assert not failed_closely([close, lost])
    assert not failed_closely([late(1.4)]), "a gate that is not timed"
    assert not failed_closely([passed("log-clean", "clean")])


def test_a_run_that_passes_tells_what_an_earlier_one_missed() -> None:
    now = [passed("answered-in-time", "all were answered"), passed("log-clean", "clean")]
    noted, same = note_close_failure(now, [late(1.4), passed("log-clean", "clean")], 3)
    assert noted.noted
    assert noted.reason == "all were answered; not confirmed, in 1 of 3 runs: 2 were late"
    assert same == now[1]
