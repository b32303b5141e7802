"""The waiting room: a blip is waited out, a known outage is refused at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_reference.errors import CircuitOpen
from squall_reference.resilience.circuit_breaker import CircuitBreaker, State
from squall_reference.resilience.deadline import deadline_in
from squall_reference.resilience.waiting_room import WaitingRoom


def room_of(**more: Any) -> tuple[WaitingRoom, CircuitBreaker]:
    breaker = CircuitBreaker(
        asyncio.get_running_loop().time, window=1, threshold=1, open_seconds=0.25
    )
    values = {"patience": 0.5, "places": 3, "work_seconds": 0.2, **more}
    return WaitingRoom(breaker, **values), breaker


def trip(breaker: CircuitBreaker) -> None:
    permit = breaker.admit()
    assert permit is not None
    permit.failed()


async def caller(room: WaitingRoom, outcome: bool, **more: Any) -> str:
    permit = await room.enter(deadline_in(1.0), **more)
    trial = room.breaker.state is State.HALF_OPEN
    permit.succeeded() if outcome else permit.failed()
    return "tried" if trial else "served"


def test_callers_wait_for_the_trial_and_follow_it(virtual: Any, tell: Any) -> None:
    log: list[tuple[float, str]] = []

    async def main() -> None:
        room, breaker = room_of()
        trip(breaker)
        async with asyncio.TaskGroup() as group:
            for name in "abc":
                group.create_task(tell(caller(room, outcome=True), log, name))

    virtual(main)
    assert log == [(0.25, "a tried"), (0.25, "b served"), (0.25, "c served")]


def test_a_long_outage_gives_up_when_the_work_would_not_fit(virtual: Any, tell: Any) -> None:
    log: list[tuple[float, str]] = []

    async def main() -> None:
        room, breaker = room_of()
        trip(breaker)
        async with asyncio.TaskGroup() as group:
            group.create_task(tell(caller(room, outcome=False), log, "trial"))
            for name in "ab":
                group.create_task(tell(caller(room, outcome=False), log, name))
            await asyncio.sleep(0.6)
            group.create_task(tell(caller(room, outcome=False), log, "late"))

    virtual(main)
    # Each waiter is a trial in its turn; the one that comes in a known outage does not wait.
    assert log == [
        (0.25, "trial tried"),
        (0.5, "a tried"),
        (0.6, "late CircuitOpen"),
        (0.75, "b tried"),
    ]


def test_the_last_moment_is_the_deadline_less_the_work(virtual: Any, tell: Any) -> None:
    log: list[tuple[float, str]] = []

    async def main() -> None:
        room, breaker = room_of()
        breaker._open_seconds = 60
        trip(breaker)
        await tell(caller(room, outcome=True), log, "a")
        assert (room.waiting, room.refused) == (0, 1)

    virtual(main)
    assert log == [(0.8, "a CircuitOpen")]


@pytest.mark.parametrize(
    ("why", "more", "patient"), [("no place", {"places": 0}, True), ("impatient", {}, False)]
)
def test_refused_at_once(why: str, more: dict[str, Any], patient: bool, virtual: Any) -> None:
    async def main() -> float:
        room, breaker = room_of(**more)
        trip(breaker)
        with pytest.raises(CircuitOpen):
            await room.enter(deadline_in(1.0), patient=patient)
        return asyncio.get_running_loop().time()

    assert virtual(main) == 0.0, why


def test_after_a_calm_time_without_traffic_an_outage_is_known_at_once(virtual: Any) -> None:
    async def main() -> None:
        room, breaker = room_of()
        await asyncio.sleep(10)
        assert not room.outage_known
        trip(breaker)
        assert room.outage_known

    virtual(main)


def test_a_cancelled_caller_leaves_its_place(virtual: Any) -> None:
    async def main() -> int:
        room, breaker = room_of()
        trip(breaker)
        waiting = asyncio.create_task(room.enter(deadline_in(1.0)))
        await asyncio.sleep(0.1)
        assert room.waiting == 1
        waiting.cancel()
        await asyncio.wait({waiting})
        return room.waiting

    assert virtual(main) == 0
