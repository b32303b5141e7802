"""The bulkhead: so many run, so many wait, in order; no place is ever lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from squall_reference.errors import Overloaded
from squall_reference.resilience.bulkhead import Bulkhead
from squall_reference.resilience.deadline import deadline_in


async def work(bulkhead: Bulkhead, seconds: float, deadline: float = 60.0) -> None:
    async with bulkhead.place(deadline_in(deadline)):
        await asyncio.sleep(seconds)


def test_first_come_first_served_and_the_rest_is_shed(virtual: Any, tell: Any) -> None:
    log: list[tuple[float, str]] = []

    async def main() -> Bulkhead:
        bulkhead = Bulkhead(running=2, queued=2, wait_seconds=5)
        async with asyncio.TaskGroup() as group:
            for name, seconds in [("a", 1), ("b", 2), ("c", 1), ("d", 1), ("e", 1)]:
                group.create_task(tell(work(bulkhead, seconds), log, name))
        return bulkhead

    bulkhead = virtual(main)
    assert log == [(0, "e Overloaded"), (1, "a done"), (2, "b done"), (2, "c done"), (3, "d done")]
    assert (bulkhead.running, bulkhead.waiting, bulkhead.shed) == (0, 0, 1)


@pytest.mark.parametrize(("deadline", "ends"), [(60.0, 0.3), (0.2, 0.2)])
def test_the_wait_ends_with_the_layer_or_the_deadline(
    deadline: float, ends: float, virtual: Any, tell: Any
) -> None:
    log: list[tuple[float, str]] = []

    async def main() -> None:
        bulkhead = Bulkhead(running=1, queued=1, wait_seconds=0.3)
        async with asyncio.TaskGroup() as group:
            group.create_task(work(bulkhead, 1))
            await asyncio.sleep(0)
            group.create_task(tell(work(bulkhead, 1, deadline), log, "a"))

    virtual(main)
    assert log == [(ends, "a Overloaded")]


def test_a_cancelled_waiter_that_was_handed_the_place_passes_it_on(virtual: Any) -> None:
    async def main() -> None:
        bulkhead = Bulkhead(running=1, queued=2, wait_seconds=5)
        await bulkhead.acquire(deadline_in(9))
        first = asyncio.create_task(bulkhead.acquire(deadline_in(9)))
        second = asyncio.create_task(bulkhead.acquire(deadline_in(9)))
        await asyncio.sleep(0)
        bulkhead.release()  # handed to the first, which is cancelled before it runs
        first.cancel()
        await asyncio.wait({first, second})
        assert first.cancelled()
        assert bulkhead.running == 1
        bulkhead.release()
        assert (bulkhead.running, bulkhead.places) == (0, 1)

    virtual(main)


@settings(max_examples=60, deadline=None)
@given(
    callers=st.lists(
        st.tuples(st.integers(0, 8), st.integers(1, 6), st.integers(1, 12), st.booleans()),
        min_size=1,
        max_size=25,
    ),
    running=st.integers(1, 3),
    queued=st.integers(0, 4),
)
def test_never_more_than_allowed_and_all_places_come_back(
    virtual: Any, callers: list[tuple[int, int, int, bool]], running: int, queued: int
) -> None:
    async def main() -> None:
        bulkhead = Bulkhead(running=running, queued=queued, wait_seconds=3)
        inside = 0

        async def caller(arrives: int, works: int, leaves: int, *, impatient: bool) -> None:
            nonlocal inside
            await asyncio.sleep(arrives)
            try:
                async with asyncio.timeout(leaves if impatient else None):
                    async with bulkhead.place(deadline_in(60)):
                        inside += 1
                        assert inside <= running
                        assert bulkhead.waiting <= queued
                        try:
                            await asyncio.sleep(works)
                        finally:
                            inside -= 1
            except (Overloaded, TimeoutError):
                return

        async with asyncio.TaskGroup() as group:
            for arrives, works, leaves, impatient in callers:
                group.create_task(caller(arrives, works, leaves, impatient=impatient))
        assert (bulkhead.places, bulkhead.running, bulkhead.waiting) == (running, 0, 0)

    virtual(main)


def test_after_an_outage_places_come_back_one_in_each_round_of_successes(virtual: Any) -> None:
    async def main() -> list[tuple[float, int, int]]:
        bulkhead = Bulkhead(running=4, queued=30, wait_seconds=60)
        bulkhead.narrow()
        seen = []
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(work(bulkhead, 1))
            for second in range(7):
                await asyncio.sleep(0.5 if second == 0 else 1)
                seen.append((second + 0.5, bulkhead.running, bulkhead.places))
        return seen

    assert virtual(main) == [
        (0.5, 2, 2),
        (1.5, 3, 3),
        (2.5, 4, 4),
        (3.5, 4, 4),
        (4.5, 4, 4),
        (5.5, 3, 4),
        (6.5, 0, 4),
    ]


def test_who_ends_while_too_many_run_is_not_replaced(virtual: Any) -> None:
    async def main() -> list[int]:
        bulkhead = Bulkhead(running=4, queued=4, wait_seconds=60)
        running = [asyncio.create_task(work(bulkhead, 1 + number)) for number in range(4)]
        waiting = [asyncio.create_task(work(bulkhead, 9)) for _ in range(2)]
        await asyncio.sleep(0.5)
        bulkhead.narrow()
        seen = []
        for _ in range(4):
            await asyncio.sleep(1)
            seen.append(bulkhead.running)
        await asyncio.wait({*running, *waiting})
        return seen

    # Four run, two may: the first that ends is not replaced, the second has earned a third place.
    assert virtual(main) == [3, 3, 3, 2]


def test_failures_bring_no_places_back(virtual: Any) -> None:
    async def main() -> int:
        bulkhead = Bulkhead(running=4, queued=4, wait_seconds=60)
        bulkhead.narrow()
        for _ in range(6):
            with pytest.raises(RuntimeError):
                async with bulkhead.place(deadline_in(9)):
                    raise RuntimeError
        return bulkhead.places

    assert virtual(main) == 2
