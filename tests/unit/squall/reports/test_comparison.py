"""Better, worse, or nobody can tell."""

from __future__ import annotations

import random
from typing import Any

import pytest
from squall.gates.verdict import Verdict
from squall.reports.comparison import Change, Judged, compare


def waits(make: Any, median_ms: float, seed: int) -> list[Any]:
    """300 reads whose waits scatter around a median."""
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    times = [draws.lognormvariate(0, 0.4) * median_ms / 1000 for _ in range(300)]
    return [make.op(n, done=n * 0.01 + time) for n, time in enumerate(times)]


def changes(comparison: Any) -> dict[str, str]:
    return {row.figure: row.change.value for row in comparison.figures}


def test_the_same_behaviour_twice_is_not_told_apart(run: Any, make: Any) -> None:
    a, b = run(ops=waits(make, 60, 1)), run(ops=waits(make, 60, 2))
    comparison = compare([a], [b], confidence=0.95)
    assert set(changes(comparison).values()) <= {Change.UNCLEAR.value, Change.THIN.value}
    assert not comparison.worse


def test_waits_twice_as_long_are_worse_and_the_other_way_round_better(run: Any, make: Any) -> None:
    quick, slow = run(ops=waits(make, 60, 1)), run(ops=waits(make, 120, 2))
    worse = compare([quick], [slow], confidence=0.95)
    better = compare([slow], [quick], confidence=0.95)
    assert worse.worse
    assert not better.worse
    medians = ("p50 before", "p50 during", "p50 after")
    assert {changes(worse)[name] for name in medians} == {"worse"}
    assert {changes(better)[name] for name in medians} == {"better"}


def test_a_difference_too_small_to_matter_is_none(run: Any, make: Any) -> None:
    """2 ms against 5 ms is sure, and of no interest: see MIN_MS."""
    comparison = compare([run(ops=waits(make, 2, 1))], [run(ops=waits(make, 5, 2))], confidence=0.5)
    assert changes(comparison)["p50 before"] == "not distinguishable"


@pytest.mark.parametrize(
    ("bad", "change"), [(1, "not distinguishable"), (5, "not distinguishable"), (12, "worse")]
)
def test_lost_answers_count_when_chance_cannot_explain_them(
    run: Any, make: Any, bad: int, change: str
) -> None:
    ops = [make.refusal(n) if 100 <= n < 100 + bad else make.op(n) for n in range(300)]
    comparison = compare([run()], [run(ops=ops)], confidence=0.95)
    assert changes(comparison)["good answers during"] == change


def test_thin_samples_are_called_thin(run: Any, make: Any) -> None:
    few = run(ops=[make.op(n) for n in range(0, 300, 30)])
    comparison = compare([few], [few], confidence=0.95)
    assert changes(comparison)["p50 after"] == "too few requests"
    nothing = run(ops=[])
    assert set(changes(compare([nothing], [nothing], confidence=0.95)).values()) == {
        "too few requests"
    }


def test_a_gate_with_another_verdict_is_named(run: Any, finding: Any) -> None:
    well = finding(verdict=Verdict.PASS, reason="all were good")
    a, b = run(findings=[well, finding("gone")]), run(findings=[finding()])
    comparison = compare([a], [b], confidence=0.95)
    lost = Judged(outage="cut", gate="availability", a=Verdict.PASS, b=Verdict.FAIL,
                  reason="60% were good, not 90%")  # fmt: skip
    gone = Judged(outage="cut", gate="gone", a=Verdict.FAIL, b=None, reason="the gate is gone")
    assert comparison.gates == (lost, gone)
    assert [gate.change for gate in comparison.gates] == [Change.WORSE, Change.UNCLEAR]
    assert comparison.worse
    assert not compare([b], [a], confidence=0.95).worse


def test_outages_of_one_run_only_are_listed(run: Any) -> None:
    comparison = compare([run(), run(name="x")], [run(name="y"), run()], confidence=0.95)
    assert (comparison.only_a, comparison.only_b) == (("x",), ("y",))
    assert comparison.recoveries == {"cut": (0.0, 0.0)}


def test_more_outages_do_not_cry_wolf_more_often(run: Any, make: Any) -> None:
    """Twenty outages, each the same in both runs: eight figures each, not one false alarm."""
    a = [run(name=f"o{n}", ops=waits(make, 60, n)) for n in range(20)]
    b = [run(name=f"o{n}", ops=waits(make, 60, 100 + n)) for n in range(20)]
    comparison = compare(a, b, confidence=0.95)
    assert len(comparison.figures) == 160
    assert {row.change for row in comparison.figures} <= {Change.UNCLEAR, Change.THIN}
