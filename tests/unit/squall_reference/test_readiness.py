"""Housekeeping: ready by itself, never ready on an old observation, evidence for the breaker."""

from __future__ import annotations

import asyncio
from typing import Any

from squall_reference.readiness import Readiness, Work
from squall_reference.resilience.circuit_breaker import CircuitBreaker, State


class Database:
    def __init__(self, up_from: float, *, silent: tuple[float, float] = (99, 99)) -> None:
        self.up_from, self.silent = up_from, silent
        self.prepared = 0

    async def _ask(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self.up_from:
            raise ConnectionRefusedError
        if self.silent[0] <= now < self.silent[1]:
            await asyncio.sleep(self.silent[1] - now)
            raise TimeoutError

    async def prepare(self) -> None:
        await self._ask()
        self.prepared += 1


async def watched(database: Database, moments: list[float]) -> list[tuple[float, bool, bool]]:
    now = asyncio.get_running_loop().time
    breaker = CircuitBreaker(now, window=4, threshold=2)
    work = Work(prepare=database.prepare, probe=database._ask)
    readiness = Readiness(work, breaker, now)
    watching = asyncio.create_task(readiness.watch())
    seen = []
    for moment in moments:
        await asyncio.sleep(moment - now())
        seen.append((moment, readiness.started, readiness.ready))
    watching.cancel()
    await asyncio.wait({watching})
    return seen


def test_a_start_without_the_database_gets_ready_by_itself(virtual: Any) -> None:
    database = Database(up_from=3.0)

    async def main() -> list[tuple[float, bool, bool]]:
        return await watched(database, [0.01, 2.99, 3.06])

    assert virtual(main) == [(0.01, False, False), (2.99, False, False), (3.06, True, True)]
    assert database.prepared == 1


def test_a_probe_that_hangs_makes_it_not_ready(virtual: Any) -> None:
    async def main() -> list[tuple[float, bool, bool]]:
        return await watched(Database(0, silent=(1.1, 9.0)), [1.0, 1.7, 1.8, 8.9, 9.1])

    assert virtual(main) == [
        (1.0, True, True),
        (1.7, True, True),  # the last answer came at 1.0, and is believed for three probes
        (1.8, True, False),
        (8.9, True, False),
        (9.1, True, True),
    ]


def test_probes_open_and_close_the_circuit_without_traffic(virtual: Any) -> None:
    changes: list[tuple[float, State]] = []

    async def main() -> None:
        now = asyncio.get_running_loop().time
        breaker = CircuitBreaker(now, window=4, threshold=2, open_seconds=0.05)
        breaker.on_change(lambda state: changes.append((round(now(), 2), state)))
        up = True

        async def probe() -> None:
            if not up:
                raise ConnectionRefusedError

        async def prepare() -> None:
            return

        watching = asyncio.create_task(
            Readiness(Work(prepare=prepare, probe=probe), breaker, now).watch()
        )
        await asyncio.sleep(0.9)
        up = False
        await asyncio.sleep(0.2)
        up = True
        await asyncio.sleep(1)
        watching.cancel()
        await asyncio.wait({watching})

    virtual(main)
    assert changes[0] == (1.05, State.OPEN)
    assert changes[-1] == (1.1, State.CLOSED) or changes[-1] == (1.15, State.CLOSED)
