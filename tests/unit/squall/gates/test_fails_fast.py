"""``fails-fast``: how long callers wait for a refusal, once there was time to notice the outage."""

from __future__ import annotations

from typing import Any

from squall.gates.fails_fast import FailsFast

NAME = "fails-fast"


def refusals(make: Any, count: int, *, since: float = 2.0, seconds: float = 0.02) -> list[Any]:
    """Refusals every 10 ms, each after so many seconds; numbered from 0."""
    return [
        make.refusal(n, at=since + n * 0.01, done=since + n * 0.01 + seconds) for n in range(count)
    ]


def test_quick_refusals_pass(evidence: Any, make: Any, told: Any) -> None:
    run = evidence(refusals(make, 50), make.outage(1.0, 4.0))
    assert FailsFast(p95_ms=100).judge(run) == told.passed(
        NAME, "p95 of 50 refusals 20 ms", refusals=50, p95_ms=20.0
    )


def test_slow_refusals_fail_and_the_first_ten_show_it(evidence: Any, make: Any, told: Any) -> None:
    run = evidence(refusals(make, 40, seconds=0.15), make.outage(1.0, 4.0))
    assert FailsFast(p95_ms=100).judge(run) == told.failed(
        NAME, "p95 of 40 refusals 150 ms, limit 100 ms", tuple(range(10)), refusals=40, p95_ms=150.0
    )


def test_a_limit_that_is_met_exactly_is_met(evidence: Any, make: Any) -> None:
    run = evidence(refusals(make, 40, seconds=0.125), make.outage(1.0, 4.0))
    assert FailsFast(p95_ms=125.0).judge(run).verdict == "pass"


def test_without_a_limit_slowness_is_only_told(evidence: Any, make: Any, told: Any) -> None:
    run = evidence(refusals(make, 40, seconds=1.5), make.outage(1.0, 4.0))
    assert FailsFast().judge(run) == told.passed(
        NAME, "p95 of 40 refusals 1500 ms", refusals=40, p95_ms=1500.0
    )


def test_a_percentile_of_few_refusals_is_none(evidence: Any, make: Any, told: Any) -> None:
    run = evidence(refusals(make, 39, seconds=1.5), make.outage(1.0, 4.0))
    words = "39 refusals once the outage was known; p95 needs 40"
    assert FailsFast().judge(run) == told.passed(NAME, words, refusals=39)
    assert FailsFast(p95_ms=100).judge(run) == told.inconclusive(NAME, words, refusals=39)


def test_who_asked_while_the_outage_was_found_out_does_not_count(evidence: Any, make: Any) -> None:
    early = refusals(make, 40, since=1.59, seconds=0.9)
    run = evidence(early, make.outage(1.0, 4.0))
    assert FailsFast(p95_ms=100).judge(run).figures == {"refusals": 0}
    assert FailsFast(p95_ms=100, grace_ms=500).judge(run).figures["refusals"] == 40


def test_good_answers_those_after_the_heal_and_callers_who_left_do_not_count(
    evidence: Any, make: Any
) -> None:
    slow = {"at": 2.5, "done": 3.9}
    good = [make.op(n, **slow) for n in range(40)]
    late = [make.refusal(n, at=4.0, done=5.0) for n in range(40, 80)]
    left = [make.refusal(n, **slow, status=None, error="hung-up") for n in range(80, 120)]
    run = evidence([*good, *late, *left], make.outage(1.0, 4.0))
    assert FailsFast(p95_ms=100).judge(run).figures == {"refusals": 0}


def test_who_was_never_answered_was_not_told_quickly(evidence: Any, make: Any) -> None:
    hung = [
        make.refusal(n, at=2.0 + n * 0.01, done=5.0 + n * 0.01, status=None, error="timeout")
        for n in range(40)
    ]
    run = evidence(hung, make.outage(1.0, 4.0))
    assert FailsFast(p95_ms=100).judge(run).reason == "p95 of 40 refusals 3000 ms, limit 100 ms"


def with_trials(make: Any, count: int) -> list[Any]:
    """Sixty refusals, of which so many waited for an attempt to connect."""
    quick = refusals(make, 60 - count)
    late = refusals(make, count, since=2.7, seconds=0.25)
    return [*quick, *(make.refusal(100 + n, at=op.intended, done=op.done)
                      for n, op in enumerate(late))]  # fmt: skip


def test_those_who_are_the_trial_may_be_late(evidence: Any, make: Any) -> None:
    gate = FailsFast(p95_ms=400, most_ms=100)
    assert gate.judge(evidence(with_trials(make, 6), make.outage(1.0, 4.0))).verdict == "pass"


def test_a_trial_for_everybody_fails(evidence: Any, make: Any) -> None:
    found = FailsFast(p95_ms=400, most_ms=100).judge(
        evidence(with_trials(make, 30), make.outage(1.0, 4.0))
    )
    assert found.verdict == "fail"
    assert found.reason == "p75 of 60 refusals 250 ms, limit 100 ms"
    assert found.figures == {"refusals": 60, "p95_ms": 250.0, "most_ms": 250.0}
