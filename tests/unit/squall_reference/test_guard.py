"""All policies together, on exact timelines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_reference.errors import (
    Ambiguous,
    CircuitOpen,
    DeadlineExceeded,
    NotFound,
    Overloaded,
    Unreachable,
)
from squall_reference.resilience.bulkhead import Bulkhead
from squall_reference.resilience.circuit_breaker import CircuitBreaker, State
from squall_reference.resilience.deadline import deadline_in
from squall_reference.resilience.guard import Guard
from squall_reference.resilience.retry import RetryPolicy
from squall_reference.resilience.waiting_room import WaitingRoom


class World:
    """A guard, and a database that is out between two moments."""

    def __init__(self, *, out: tuple[float, float] = (0, 0), takes: float = 0.01) -> None:
        self.now = asyncio.get_running_loop().time
        self.breaker = CircuitBreaker(self.now, window=4, threshold=2, open_seconds=0.05)
        self.guard = Guard(
            retry=RetryPolicy(first_wait=0.02, draw=lambda: 0.5),
            room=WaitingRoom(self.breaker, patience=0.5, places=50, work_seconds=0.2),
            bulkhead=Bulkhead(running=5, queued=50, wait_seconds=0.3),
        )
        self.out, self.takes, self.asked = out, takes, 0

    async def ask(self) -> str:
        self.asked += 1
        if self.out[0] <= self.now() < self.out[1]:
            raise Unreachable
        await asyncio.sleep(self.takes)
        return "ok"

    async def call(self, deadline: float = 1.0, **more: Any) -> str:
        work = more.pop("work", self.ask)
        return await self.guard.run(
            work, deadline_in(deadline), lambda: None, idempotent=True, **more
        )


async def outcome(world: World, **more: Any) -> tuple[str, float]:
    began = world.now()
    try:
        how = await world.call(**more)
    except Exception as error:  # noqa: BLE001 - how it ended is what is told
        how = type(error).__name__
    return how, round(world.now() - began, 3)


def test_a_blip_costs_time_and_no_error(virtual: Any) -> None:
    async def main() -> tuple[set[str], int]:
        world = World(out=(0, 0.3))
        tasks = []
        for _ in range(30):
            tasks.append(asyncio.create_task(outcome(world)))
            await asyncio.sleep(0.01)
        ended = await asyncio.gather(*tasks)
        return {how for how, _ in ended}, world.asked

    outcomes, asked = virtual(main)
    assert outcomes == {"ok"}
    assert asked <= 30 + 3 + 6  # first attempts, repeats of the failed ones, trials


def test_a_known_outage_is_refused_without_asking(virtual: Any) -> None:
    async def main() -> list[tuple[str, float]]:
        world = World(out=(0, 60))
        await asyncio.gather(*(outcome(world) for _ in range(5)))
        assert world.guard.room.outage_known
        asked = world.asked
        ended = [await outcome(world) for _ in range(100)]
        assert world.asked - asked <= 2, "only trials"
        return ended

    ended = virtual(main)
    assert [e for e in ended if e != ("CircuitOpen", 0.0)] == [
        e for e in ended if e[0] == "CircuitOpen" and e[1] > 0
    ]
    assert sum(1 for e in ended if e == ("CircuitOpen", 0.0)) >= 98


def test_recovery_is_seen_by_the_next_trial(virtual: Any) -> None:
    async def main() -> float:
        world = World(out=(0, 5))
        while world.now() < 4.99:
            await outcome(world, deadline=0.1)
            await asyncio.sleep(0.013)
        while (await outcome(world))[0] != "ok":  # noqa: ASYNC110 - callers that try again
            await asyncio.sleep(0.001)
        assert world.breaker.state is State.CLOSED
        return world.now()

    assert 5.0 <= virtual(main) <= 5.0 + 0.05 + 0.02


def test_rejections_and_overload_do_not_open_the_circuit(virtual: Any) -> None:
    async def main() -> State:
        world = World()

        async def refuse() -> str:
            raise NotFound

        async def overloaded() -> str:
            raise Overloaded

        for work in [refuse, overloaded] * 20:
            await outcome(world, work=work)
        return world.breaker.state

    assert virtual(main) is State.CLOSED


@pytest.mark.parametrize("error", [Unreachable, Ambiguous])
def test_silence_and_doubt_open_it(error: type[Exception], virtual: Any) -> None:
    async def main() -> State:
        world = World()

        async def fail() -> str:
            raise error

        await outcome(world, work=fail)
        return world.breaker.state

    assert virtual(main) is State.OPEN


def test_the_caller_is_answered_at_its_deadline_and_the_work_is_cut(virtual: Any) -> None:
    cuts = []

    async def main() -> float:
        world = World()

        async def stubborn() -> str:
            while True:
                try:
                    await asyncio.sleep(3)
                except asyncio.CancelledError:
                    await asyncio.sleep(0.5)  # SQLAlchemy waits for the server, cancelled or not
                    raise

        with pytest.raises(DeadlineExceeded):
            await world.guard.run(
                stubborn, deadline_in(0.7), lambda: cuts.append(world.now()), idempotent=True
            )
        ended = world.now()
        assert (world.guard.abandoned.running, world.guard.abandoned.exceeded) == (1, 1)
        await asyncio.sleep(0.6)
        assert (world.guard.abandoned.running, world.guard.bulkhead.running) == (0, 0)
        return ended

    assert virtual(main) == 0.7
    assert cuts == [0.7]


def test_a_cut_at_the_callers_deadline_is_no_evidence_against_the_database(virtual: Any) -> None:
    async def main() -> State:
        world = World(takes=0.3)

        async def cut() -> str:
            try:
                return await world.ask()
            except asyncio.CancelledError:
                raise Unreachable from None

        for _ in range(10):
            await outcome(world, deadline=0.05, work=cut)
        await asyncio.sleep(1)  # the last one ends after its caller
        return world.breaker.state

    assert virtual(main) is State.CLOSED


def test_impatient_callers_take_their_other_answer_at_once(virtual: Any) -> None:
    async def main() -> None:
        world = World(out=(0, 0.3))
        await asyncio.gather(*(outcome(world) for _ in range(3)), _impatient(world))

    async def _impatient(world: World) -> None:
        await asyncio.sleep(0.02)
        assert world.breaker.state is State.OPEN
        began = world.now()
        with pytest.raises(CircuitOpen):
            await world.call(patient=False)
        assert world.now() == began

    virtual(main)
