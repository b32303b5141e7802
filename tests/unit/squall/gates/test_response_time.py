"""``response-time``: p95 of a window, in itself and against the window before."""

from __future__ import annotations

from typing import Any

import pytest
from squall.gates.response_time import ResponseTime

NAME = "response-time"


def answers(make: Any, since: float, seconds: float, count: int = 40) -> list[Any]:
    """Answers every 10 ms from ``since`` on, each after ``seconds``."""
    return [make.op(n, at=since + n * 0.01, done=since + n * 0.01 + seconds) for n in range(count)]


@pytest.fixture
def run(evidence: Any, make: Any) -> Any:
    """p95 10 ms before, 40 ms during and 20 ms after an outage from 1 s to 2 s."""
    windows = ((0.0, 0.01), (1.0, 0.04), (2.0, 0.02))
    return evidence([op for since, seconds in windows for op in answers(make, since, seconds)])


SEVERAL = (
    "p95 during 40 ms, limit 30 ms;"
    " p95 during 40 ms is 4.0 times the 10 ms before, limit 3 times;"
    " p95 after 20 ms, limit 10 ms"
)
FIGURES = {"before_p95_ms": 10.0, "during_p95_ms": 40.0, "after_p95_ms": 20.0}


@pytest.mark.parametrize(
    "gate",
    [
        ResponseTime(),
        ResponseTime(during_p95_ms=41, after_p95_ms=21),
        ResponseTime(during_times_before=4.1, after_times_before=2.1),
    ],
    ids=["no limit", "absolute", "paired"],
)
def test_what_is_quick_enough_passes(run: Any, told: Any, gate: ResponseTime) -> None:
    assert gate.judge(run) == told.passed(NAME, "p95 40 ms during, 20 ms after", **FIGURES)


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        (ResponseTime(during_p95_ms=39), "p95 during 40 ms, limit 39 ms"),
        (ResponseTime(after_p95_ms=19.5), "p95 after 20 ms, limit 19.5 ms"),
        (
            ResponseTime(during_times_before=3.9),
            "p95 during 40 ms is 4.0 times the 10 ms before, limit 3.9 times",
        ),
        (
            ResponseTime(after_times_before=1.5),
            "p95 after 20 ms is 2.0 times the 10 ms before, limit 1.5 times",
        ),
        (
            ResponseTime(during_p95_ms=30, during_times_before=3, after_p95_ms=10),
            SEVERAL,
        ),
    ],
    ids=["during", "after", "during paired", "after paired", "several"],
)
def test_what_is_too_slow_fails(run: Any, told: Any, gate: ResponseTime, reason: str) -> None:
    assert gate.judge(run) == told.failed(NAME, reason, **FIGURES)


@pytest.mark.parametrize(
    ("gate", "counts", "reason"),
    [
        (ResponseTime(during_p95_ms=1), (40, 39, 40), "only 39 answers during; p95 needs 40"),
        (ResponseTime(during_times_before=1), (40, 0, 40), "only 0 answers during; p95 needs 40"),
        (ResponseTime(after_p95_ms=100), (40, 40, 12), "only 12 answers after; p95 needs 40"),
        (ResponseTime(after_times_before=9), (39, 40, 40), "only 39 answers before; p95 needs 40"),
    ],
)
def test_thin_samples_prove_nothing_where_something_is_asked(
    evidence: Any, make: Any, told: Any, gate: ResponseTime, counts: tuple[int, ...], reason: str
) -> None:
    ops = [op for i, n in enumerate(counts) for op in answers(make, float(i), 0.01, n)]
    assert gate.judge(evidence(ops)) == told.inconclusive(NAME, reason)


def test_thin_samples_are_no_harm_where_nothing_is_asked(
    evidence: Any, make: Any, told: Any
) -> None:
    assert ResponseTime().judge(evidence([])) == told.passed(NAME, "p95 unknown")
    after = evidence(answers(make, 2.0, 0.01))
    gate = ResponseTime(after_p95_ms=50)
    assert gate.judge(after) == told.passed(NAME, "p95 10 ms after", after_p95_ms=10.0)


def test_time_counts_from_the_intended_start(evidence: Any, make: Any) -> None:
    """Callers who politely wait until the service can be asked must not hide that it stalled."""
    waited = [make.op(n, at=1.0 + n * 0.01, sent=1.9, done=1.91) for n in range(40)]
    assert ResponseTime(during_p95_ms=800).judge(evidence(waited)).verdict == "fail"
