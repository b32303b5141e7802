"""Workers that do nothing but write down, with the time, what a fault asks of them."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed


class StubWorkers:
    """Implements ``squall_faults.ports.WorkerControl``; ``refuses`` names the call that fails."""

    def __init__(self, *, count: int = 2, refuses: str = "") -> None:
        self.count = count
        self.back_early = False
        self.refuses = refuses
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []

    def _note(self, call: str) -> int:
        self.calls.append((self.clock.now(), call))
        if call == self.refuses:
            raise InjectionFailed(f"{call}: the stub refuses")
        return self.count

    async def crash(self) -> int:
        return self._note("crash")

    async def terminate(self) -> int:
        return self._note("terminate")

    async def pause(self) -> int:
        return self._note("pause")

    async def resume(self) -> None:
        self._note("resume")

    async def revive(self) -> None:
        self._note("revive")

    async def runs(self) -> bool:
        return self.back_early


@pytest.fixture
def stub() -> type[StubWorkers]:
    return StubWorkers
