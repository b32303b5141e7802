"""Gates in words: units, windows, the other arm, and percentiles that refuse thin samples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall import UsageError, dump, loads
from squall.gates.threshold import Threshold, parse_threshold
from squall.gates.validity.control_arm import ControlArm
from squall.history.evidence import Control


def ops(make: Any, first: int, count: int, took_ms: float, bad: int = 0) -> list[Any]:
    """Answers every 10 ms from ``first``; the last ones bad."""
    made = []
    for number in range(first, first + count):
        at = number * 0.01
        status = 503 if number >= first + count - bad else 200
        made.append(make.op(number, done=at + took_ms / 1000, status=status))
    return made


@pytest.fixture
def run(evidence: Any, make: Any) -> Any:
    """Before 10 ms, during 40 ms with one bad answer in four, after 20 ms; 60 of each."""
    asked = [*ops(make, 0, 60, 10), *ops(make, 110, 60, 40, bad=15), *ops(make, 210, 60, 20)]
    return evidence(asked)


@pytest.fixture
def paired(run: Any) -> Any:
    """The same with a control arm, which began at 100 s and was answered in 20 ms."""
    calm = [replace(op, intended=op.intended + 100, sent=op.sent + 100, done=op.intended + 100.02)
            for op in run.ops]  # fmt: skip
    calm = [replace(op, status=200) for op in calm]
    arm = Control(ops=tuple(calm), start=100.0, injected_seconds=1.0, healed_seconds=2.0)
    return replace(run, control=arm)


JUDGED = [
    ("p95 during <= 40.1 ms", "pass", "p95 during 40.0 ms", {"during_p95_ms": 40.0}),
    ("p95 during <= 0.039 s", "fail", "p95 during 40.0 ms", {"during_p95_ms": 40.0}),
    ("slowest after <= 20.1 ms", "pass", "slowest after 20.0 ms", {"after_slowest_ms": 20.0}),
    ("good during >= 75 %", "pass", "good during 75.0%", {"during_good": 0.75}),
    ("good during >= 76%", "fail", "good during 75.0%", {"during_good": 0.75}),
    ("errors after <= 0%", "pass", "errors after 0.0%", {"after_errors": 0.0}),
    (
        "p95 during <= 4.1x before", "pass", "p95 during 40.0 ms, before 10.0 ms (4.0 times)",
        {"during_p95_ms": 40.0, "before_p95_ms": 10.0},
    ),
    (
        "p95 during <= 3x before", "fail", "p95 during 40.0 ms, before 10.0 ms (4.0 times)",
        {"during_p95_ms": 40.0, "before_p95_ms": 10.0},
    ),
    (
        "p95 during <= 2.1x control", "pass", "p95 during 40.0 ms, control 20.0 ms (2.0 times)",
        {"during_p95_ms": 40.0, "control_p95_ms": 20.0},
    ),
    (
        "p50 during <= 1.5x control", "fail", "p50 during 40.0 ms, control 20.0 ms (2.0 times)",
        {"during_p50_ms": 40.0, "control_p50_ms": 20.0},
    ),
    (
        "good during >= 0.8x control", "fail", "good during 75.0%, control 100.0% (0.8 times)",
        {"during_good": 0.75, "control_good": 1.0},
    ),
    ("p99 during <= 1 s", "inconclusive", "only 60 answers during; p99 needs 200", {}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "verdict", "reason", "figures"), JUDGED)
def test_a_limit_is_judged(
    paired: Any, words: str, verdict: str, reason: str, figures: dict[str, float]
) -> None:
    made = parse_threshold(words)
    finding = made.judge(paired)
    assert (finding.gate, finding.verdict.value, finding.reason) == (made.name, verdict, reason)
    assert finding.figures == pytest.approx(figures, abs=1e-3)


def test_without_the_control_arm_nothing_is_compared(run: Any, told: Any) -> None:
    words = "p95 during <= 3x control"
    assert parse_threshold(words).judge(run) == told.inconclusive(
        words, "there is no control arm; run it with --paired"
    )


def test_a_thin_control_arm_proves_nothing(paired: Any, told: Any) -> None:
    thin = replace(paired, control=replace(paired.control, ops=paired.control.ops[:70]))
    words = "p95 during <= 3x control"
    assert parse_threshold(words).judge(thin) == told.inconclusive(
        words, "only 10 answers control; p95 needs 40"
    )


def test_a_window_without_answers_proves_nothing(evidence: Any, make: Any, told: Any) -> None:
    words = "good during >= 90%"
    assert parse_threshold(words).judge(evidence([make.op(0)])) == told.inconclusive(
        words, "only 0 answers during; good needs 1"
    )


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("p95  during<=300ms", "p95 during <= 300 ms"),
        ("p99.9 after ≤ 1.5 s", "p99.9 after <= 1500 ms"),
        ("good after ≥ 99.5 %", "good after >= 99.5%"),
        ("p95 during <= 3x control", "p95 during <= 3x control"),
        ("errors after <= 2x before", "errors after <= 2x before"),
    ],
)
def test_words_have_one_form(given: str, name: str) -> None:
    assert parse_threshold(given).name == name
    assert parse_threshold(name) == parse_threshold(given)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "cannot be understood; write MEASURE WINDOW <= LIMIT"),
        ("p95 <= 3", "cannot be understood"),
        ("p95 during <= 300", "p95 is a time: give ms or s"),
        ("p95 during <= 3 %", "p95 is a time: give ms or s"),
        ("good during >= 90", "good is a share: give %"),
        ("p0 during <= 3 ms", "'p0' is not a measure"),
        ("mean during <= 3 ms", "'mean' is not a measure; there are p50 to p99.9"),
        ("p95 meanwhile <= 3 ms", "'meanwhile' is not a window; there are before, during, after"),
        ("p95 during < 3 ms", "'<' is not supported; use <= or >="),
        ("p95 during <= 3x", "3x of what? of before, during, after or control"),
        ("p95 during <= 3x during", "compares a window with itself"),
        ("p95 during <= 3 ms before", "'before' is too much"),
    ],
)
def test_what_is_not_understood_is_told(words: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_threshold(words)
    assert told in str(raised.value)


FILE = """\
squall: 1
name: cut
story: A cut.
steps:
  - {fault: network.refuse, lasting_seconds: 0.5}
gates:
  recovery-time: {within_ms: 900}
  limits:
    - p95 during <= 3x control
    - good after >= 99%
"""


def test_a_file_holds_limits_and_gives_them_back() -> None:
    scenario = loads(FILE)
    assert list(scenario.gates) == [
        "recovery-time", "p95 during <= 3x control", "good after >= 99%",
    ]  # fmt: skip
    assert isinstance(scenario.gates["good after >= 99%"], Threshold)
    assert scenario.paired
    assert loads(dump(scenario)) == scenario


def test_a_file_tells_a_bad_limit_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"<text>:10: limit 'good after 99%': cannot be"):
        loads(FILE.replace("good after >= 99%", "good after 99%"))


def test_limits_are_a_list() -> None:
    with pytest.raises(UsageError, match="limits must be a list"):
        loads(FILE[: FILE.index("  limits")] + "  limits: p95 during <= 3x control\n")


def test_a_control_arm_that_is_well_passes(paired: Any, told: Any) -> None:
    assert ControlArm().judge(paired) == told.passed(
        "control-arm",
        "without the fault 100.0% of 180 answers were good, p95 20.0 ms",
        good_share=1.0,
    )


def test_a_control_arm_with_errors_proves_nothing(paired: Any, told: Any) -> None:
    ill = tuple(replace(op, status=500) if op.id < 60 else op for op in paired.control.ops)
    run = replace(paired, control=replace(paired.control, ops=ill))
    assert ControlArm().judge(run) == told.inconclusive(
        "control-arm",
        "not well without the fault either: without the fault 66.7% of 180 answers were good,"
        " p95 20.0 ms",
        code="unsteady",
        good_share=0.6667,
    )


def test_no_control_arm_is_no_problem(run: Any, told: Any) -> None:
    assert ControlArm().judge(run) == told.not_judged(
        "control-arm", "there was no second run", configure="--paired"
    )


def test_an_empty_control_arm_proves_nothing(paired: Any, told: Any) -> None:
    run = replace(paired, control=replace(paired.control, ops=()))
    assert ControlArm().judge(run) == told.inconclusive(
        "control-arm", "the run without the fault had no operation"
    )
