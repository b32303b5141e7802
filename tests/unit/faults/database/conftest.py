"""A database server that does nothing but write down, with the time, what a fault asks of it."""

from __future__ import annotations

from typing import Any

import pytest

from faults import InjectionFailed
from faults.ports import StopMode
from harness.core.clock import VirtualClock


class StubDatabase:
    """Implements ``faults.ports.DatabaseProcess``; ``refuses`` names the call that fails."""

    def __init__(self, *, backends: int = 20, refuses: str = "") -> None:
        self.backends = backends
        self.refuses = refuses
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []

    def _note(self, *call: Any) -> None:
        self.calls.append((self.clock.now(), *call))
        if call[0] == self.refuses:
            raise InjectionFailed(f"{call[0]}: the stub refuses")

    async def stop(self, mode: StopMode) -> None:
        self._note("stop", mode)
        self.backends = 0

    async def kill(self) -> None:
        self._note("kill")
        self.backends = 0

    async def pause(self) -> None:
        self._note("pause")

    async def resume(self) -> None:
        self._note("resume")

    async def start(self) -> None:
        self._note("start")

    async def client_backends(self) -> int:
        self._note("client_backends")
        return self.backends


@pytest.fixture
def stub() -> type[StubDatabase]:
    return StubDatabase
