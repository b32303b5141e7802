"""The breaker: exact timelines, and a state machine that compares it with its definition."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from squall_reference.resilience.circuit_breaker import CircuitBreaker, Permit, State

OPEN, HALF, CLOSED = State.OPEN, State.HALF_OPEN, State.CLOSED


class Hand:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        permit = breaker.admit()
        assert permit is not None
        permit.failed()


TIMELINES: list[tuple[str, list[tuple[float, str, State]]]] = [
    (
        "opens at the threshold, tries again, closes",
        [
            (0.0, "fail", CLOSED),
            (0.1, "fail", CLOSED),
            (0.2, "fail", OPEN),
            (1.1, "refused", OPEN),
            (1.2, "succeed", CLOSED),
        ],
    ),
    (
        "a trial that fails opens it again for the whole time",
        [
            (0.0, "fail", CLOSED),
            (0.0, "fail", CLOSED),
            (0.0, "fail", OPEN),
            (1.0, "fail", OPEN),
            (1.9, "refused", OPEN),
            (2.0, "fail", OPEN),
            (2.9, "refused", OPEN),
            (3.0, "succeed", CLOSED),
        ],
    ),
    (
        "failures that are spread among successes do not open it",
        [(0.0, "fail", CLOSED), (0.0, "fail", CLOSED)]
        + [(0.0, "succeed", CLOSED)] * 3
        + [(0.0, "fail", CLOSED), (0.0, "fail", CLOSED), (0.0, "fail", OPEN)],
    ),
    (
        "a trial that says nothing leaves it open",
        [(0.0, "fail", CLOSED)] * 2
        + [(0.0, "fail", OPEN), (1.0, "drop", OPEN), (1.5, "refused", OPEN)],
    ),
    (
        "after it has closed, old failures are forgotten",
        [(0.0, "fail", CLOSED)] * 2
        + [(0.0, "fail", OPEN), (1.0, "succeed", CLOSED)]
        + [(1.0, "fail", CLOSED)] * 2
        + [(1.0, "fail", OPEN)],
    ),
]


@pytest.mark.parametrize(("story", "steps"), TIMELINES, ids=[story for story, _ in TIMELINES])
def test_timeline(story: str, steps: list[tuple[float, str, State]], clock: Any) -> None:
    assert story
    breaker = CircuitBreaker(clock, window=5, threshold=3, open_seconds=1.0)
    seen = []
    for at, what, _ in steps:
        clock.now = at
        permit = breaker.admit()
        if permit is not None:
            {"fail": permit.failed, "succeed": permit.succeeded, "drop": permit.dropped}[what]()
        seen.append((at, what if permit is not None else "refused", breaker.state))
    assert seen == steps


def test_one_trial_at_a_time(clock: Any) -> None:
    breaker = CircuitBreaker(clock, window=3, threshold=3, open_seconds=1.0)
    fail(breaker, 3)
    clock.now = 1.0
    trial = breaker.admit()
    assert trial is not None
    assert [breaker.admit() for _ in range(5)] == [None] * 5
    trial.succeeded()
    assert breaker.admit() is not None


def test_what_comes_late_from_before_decides_nothing(clock: Any) -> None:
    breaker = CircuitBreaker(clock, window=3, threshold=3, open_seconds=1.0)
    late = [breaker.admit() for _ in range(2)]
    fail(breaker, 3)
    clock.now = 1.0
    trial = breaker.admit()
    assert late[0] is not None
    assert late[1] is not None
    late[0].succeeded()
    late[1].failed()
    assert breaker.state is HALF
    assert trial is not None
    trial.succeeded()
    assert (breaker.state, breaker.last_success) == (CLOSED, 1.0)


def test_only_the_first_report_of_a_permit_counts(clock: Any) -> None:
    breaker = CircuitBreaker(clock, window=3, threshold=2)
    permit = breaker.admit()
    assert permit is not None
    for _ in range(5):
        permit.failed()
    assert breaker.state is CLOSED


def test_a_threshold_above_the_window_would_never_open(clock: Any) -> None:
    with pytest.raises(ValueError, match="between 1 and the window"):
        CircuitBreaker(clock, window=2, threshold=3)


class Machine(RuleBasedStateMachine):
    """Any order of attempts, outcomes and time; the model is a list of what was heard."""

    window, threshold, open_seconds = 4, 3, 1.0

    def __init__(self) -> None:
        super().__init__()
        self.clock = Hand()
        self.changes: list[State] = []
        self.breaker = CircuitBreaker(
            self.clock,
            window=self.window,
            threshold=self.threshold,
            open_seconds=self.open_seconds,
        )
        self.breaker.on_change(self.changes.append)
        self.running: list[tuple[Permit, int]] = []
        self.state, self.heard, self.opened_at, self.epoch = CLOSED, [True], 0.0, 0
        self.heard.clear()

    def enter(self, state: State) -> None:
        self.state, self.epoch = state, self.epoch + 1
        self.heard.clear()
        if state is OPEN:
            self.opened_at = self.clock.now

    @rule()
    def ask(self) -> None:
        due = self.clock.now - self.opened_at >= self.open_seconds
        permit = self.breaker.admit()
        assert (permit is not None) == (self.state is CLOSED or (self.state is OPEN and due))
        if permit is not None:
            if self.state is OPEN:
                self.enter(HALF)
            self.running.append((permit, self.epoch))

    @precondition(lambda self: self.running)
    @rule(data=st.data(), ok=st.sampled_from([True, False, None]))
    def end(self, data: st.DataObject, *, ok: bool | None) -> None:
        index = data.draw(st.integers(0, len(self.running) - 1))
        permit, epoch = self.running.pop(index)
        {True: permit.succeeded, False: permit.failed, None: permit.dropped}[ok]()
        if epoch != self.epoch:
            return
        if self.state is HALF:
            self.enter(CLOSED if ok else OPEN)
        elif ok is not None:
            self.heard.append(ok)
            if self.heard[-self.window :].count(False) >= self.threshold:
                self.enter(OPEN)

    @rule(quarters=st.integers(1, 8))
    def wait(self, quarters: int) -> None:
        self.clock.now += quarters / 4  # binary fractions: sums are exact

    @invariant()
    def agrees_with_its_definition(self) -> None:
        assert self.breaker.state is self.state
        assert len(self.changes) == self.epoch
        assert self.breaker.trial_in() <= self.open_seconds


TestMachine = Machine.TestCase
