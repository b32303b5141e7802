"""Repeats: only what is harmless, only in time, only with a token; and doubt is never hidden."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall_reference.errors import (
    Ambiguous,
    DeadlineExceeded,
    KeyReused,
    Overloaded,
    Permanent,
    Transient,
    Unreachable,
)
from squall_reference.resilience.budget import RetryBudget
from squall_reference.resilience.deadline import deadline_in
from squall_reference.resilience.retry import RetryPolicy, full_jitter


@given(
    attempt=st.integers(1, 2000),
    first=st.floats(0.001, 1),
    longest=st.floats(0.001, 10),
    draw=st.floats(0, 1),
)
def test_backoff_is_within_its_bounds(
    attempt: int, first: float, longest: float, draw: float
) -> None:
    wait = full_jitter(attempt, first=first, longest=longest, draw=draw)
    assert 0 <= wait <= longest
    assert wait <= first * 2 ** min(attempt - 1, 60)


def test_backoff_doubles_and_then_stays() -> None:
    waits = [full_jitter(n, first=0.02, longest=0.2, draw=1.0) for n in range(1, 7)]
    assert waits == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.2, 0.2])


NOTHING, UNKNOWN, LATE = Unreachable, Ambiguous, DeadlineExceeded

STORIES: list[tuple[str, list[Any], bool, str, list[float]]] = [
    ("first success", ["ok"], True, "ok", [0]),
    ("transient, then success", [NOTHING, NOTHING, "ok"], False, "ok", [0, 0.1, 0.3]),
    ("attempts are counted", [NOTHING] * 9, False, "Unreachable", [0, 0.1, 0.3, 0.7]),
    ("doubt is settled by a repeat", [UNKNOWN, "ok"], True, "ok", [0, 0.1]),
    ("doubt is not repeated blindly", [UNKNOWN], False, "Ambiguous", [0]),
    (
        "doubt outlives later errors",
        [UNKNOWN] + [NOTHING] * 9,
        True,
        "Ambiguous",
        [0, 0.1, 0.3, 0.7],
    ),
    ("doubt and then overload", [UNKNOWN, Overloaded], True, "Ambiguous", [0, 0.1]),
    ("doubt and then a definite answer", [UNKNOWN, KeyReused], True, "KeyReused", [0, 0.1]),
    ("a rejection is an answer", [KeyReused], True, "KeyReused", [0]),
    ("overload is not made worse", [Overloaded], True, "Overloaded", [0]),
    ("bugs are not repeated", [Permanent], True, "Permanent", [0]),
    ("nor are other exceptions", [KeyError], True, "KeyError", [0]),
]


@pytest.mark.parametrize(
    ("story", "outcomes", "idempotent", "end", "attempts"), STORIES, ids=[s[0] for s in STORIES]
)
def test_story(
    story: str, outcomes: list[Any], idempotent: bool, end: str, attempts: list[float], virtual: Any
) -> None:
    seen: list[float] = []

    async def main() -> str:
        left = iter(outcomes)

        async def work() -> str:
            seen.append(round(asyncio.get_running_loop().time(), 6))
            outcome = next(left)
            if isinstance(outcome, str):
                return outcome
            raise outcome

        policy = RetryPolicy(attempts=4, first_wait=0.1, longest_wait=10, draw=lambda: 1.0)
        try:
            return await policy.run(work, deadline_in(60), idempotent=idempotent)
        except Exception as error:  # noqa: BLE001 - how it ended is what is told
            return type(error).__name__

    assert (virtual(main), seen) == (end, attempts), story


@pytest.mark.parametrize(("deadline", "attempts"), [(0.05, 1), (0.25, 2), (0.45, 3), (9.0, 4)])
def test_no_attempt_starts_that_could_not_end_in_time(
    deadline: float, attempts: int, virtual: Any
) -> None:
    async def main() -> int:
        count = 0

        async def work() -> None:
            nonlocal count
            count += 1
            raise Transient

        policy = RetryPolicy(
            attempts=4, first_wait=0.1, longest_wait=10, least_work=0.1, draw=lambda: 1.0
        )
        with pytest.raises((Transient, DeadlineExceeded)):
            await policy.run(work, deadline_in(deadline), idempotent=True)
        assert asyncio.get_running_loop().time() <= deadline
        return count

    assert virtual(main) == (attempts if deadline > 0.1 else 0)


def test_without_tokens_there_are_no_repeats(virtual: Any) -> None:
    async def main() -> int:
        count = 0

        async def work() -> None:
            nonlocal count
            count += 1
            raise Transient

        policy = RetryPolicy(budget=RetryBudget(share=0.1, reserve=5))
        for _ in range(100):
            with pytest.raises(Transient):
                await policy.run(work, deadline_in(60), idempotent=True)
        return count

    assert 100 + 5 <= virtual(main) <= 100 + 5 + 10


def test_a_cancelled_caller_is_not_repeated(virtual: Any) -> None:
    async def main() -> int:
        count = 0

        async def work() -> None:
            nonlocal count
            count += 1
            await asyncio.sleep(1)

        running = asyncio.create_task(RetryPolicy().run(work, deadline_in(60), idempotent=True))
        await asyncio.sleep(0.5)
        running.cancel()
        await asyncio.wait({running})
        assert running.cancelled()
        return count

    assert virtual(main) == 1
