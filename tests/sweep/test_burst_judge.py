"""Callers at once, judged from what was counted: each problem with its sound twin."""

from __future__ import annotations

from collections import Counter

import pytest
from squall.sweeping.burst_judge import (
    attempts_problem,
    in_step_problem,
    one_by_one_problem,
    sessions_problem,
    stuck_loop_problem,
)
from squall.sweeping.loop_watch import LoopWatch, blocking_call
from squall.sweeping.sweep_result import CellFailure


def watch(samples: int, **calls: int) -> LoopWatch:
    return LoopWatch((), samples=samples, calls=Counter(calls))


def test_one_session_for_all_is_found_and_two_are_not() -> None:
    idle = watch(100)
    problem = one_by_one_problem("read", 8, 1, 7, idle)
    assert problem is not None
    assert problem.failure is CellFailure.CROWD
    text = "of 8 read requests at once one reached the database; the others wait for it"
    assert problem.text == text
    blocked = one_by_one_problem("read", 8, 1, 7, watch(100, poll=90))
    assert blocked is not None
    assert blocked.text == f"{text}: the event loop is blocked in poll"
    assert one_by_one_problem("read", 8, 2, 7, idle) is None
    assert one_by_one_problem("read", 8, 0, 8, idle) is None  # a copy answers: nothing is known
    assert one_by_one_problem("read", 8, 1, 4, idle) is None  # the others were refused


def test_more_sessions_than_declared_are_found() -> None:
    assert sessions_problem(40, 41, 21) is not None
    assert sessions_problem(40, 21, 21) is None
    assert sessions_problem(40, 41, None) is None


def test_a_loop_that_waits_in_a_call_is_found_and_a_busy_one_is_not() -> None:
    problem = stuck_loop_problem(40, 0.4, watch(100, clock_nanosleep=80))
    assert problem is not None
    assert problem.text.endswith("waits 400 ms: the event loop is blocked in clock_nanosleep")
    assert stuck_loop_problem(40, 0.4, watch(100, clock_nanosleep=20)) is None
    assert stuck_loop_problem(40, 0.05, watch(100, recvfrom=90)) is None
    assert stuck_loop_problem(40, 0.4, watch(0)) is None  # the system does not show it


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("running\n", ""),
        ("232 0x5 0x7f 0x3ff 0x3e8 0x0 0x0 0x7ffe 0x7f\n", ""),
        ("202 0x5 0x80 0x0 0x0 0x0 0x0 0x7ffe 0x7f\n", ""),
        ("230 0x1 0x1 0x7ffe 0x0 0x0 0x0 0x7ffe 0x7f\n", "clock_nanosleep"),
        ("45 0x9 0x7f 0x5 0x0 0x0 0x0 0x7ffe 0x7f\n", "recvfrom"),
        ("23 0x0 0x0 0x0 0x0 0x7ffe 0x0 0x7ffe 0x7f\n", "select"),
        ("23 0x9 0x7f 0x0 0x0 0x7ffe 0x0 0x7ffe 0x7f\n", ""),
        ("-1 0x7ffe 0x7f\n", ""),
        ("", ""),
    ],
)
def test_epoll_a_lock_and_computing_are_no_blocking_calls(text: str, call: str) -> None:
    assert blocking_call(text, "x86_64") == call
    assert blocking_call(text, "another") == ""


def test_repeats_after_a_fixed_pause_are_found_and_with_jitter_they_are_not() -> None:
    failed = [0.01 * n for n in range(12)]
    fixed = [each + 0.4 for each in failed]
    problem = in_step_problem(12, failed, fixed)
    assert problem is not None
    assert "all pause for 290 ms" in problem.text
    full_jitter = [0.12 + 0.1 * n for n in range(12)]
    assert in_step_problem(12, failed, full_jitter) is None
    equal_jitter = [0.11 + 0.5 + 0.04 * n for n in range(12)]
    assert in_step_problem(12, failed, equal_jitter) is None
    at_once = [each + 0.02 for each in failed]
    assert in_step_problem(12, failed, at_once) is None
    assert in_step_problem(12, failed, fixed[:5]) is None
    assert in_step_problem(12, [], []) is None


def test_a_budget_of_repeats_is_told_from_none() -> None:
    assert attempts_problem("order", 12, 60) is None
    problem = attempts_problem("order", 12, 96)
    assert problem is not None
    assert problem.failure is CellFailure.STORM
