"""A Redis server that does nothing but write down, with the time, what a fault asks of it."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed


class StubRedis:
    """Implements ``squall_faults.ports.RedisProcess``; ``refuses`` names the call that fails."""

    def __init__(
        self, *, connections: int = 5, keys: list[int] | None = None, refuses: str = ""
    ) -> None:
        self.connections = connections
        self.attempts = 100
        self.up_early = False
        self.keys = [7] if keys is None else keys
        """How many there are at each flush."""
        self.refuses = refuses
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []

    def _note(self, *call: Any) -> None:
        self.calls.append((self.clock.now(), *call))
        if call[0] == self.refuses:
            raise InjectionFailed(f"{call[0]}: the stub refuses")

    async def stop(self, *, keep: bool) -> None:
        self._note("stop", "keep" if keep else "lose")

    async def kill(self) -> None:
        self._note("kill")

    async def pause(self) -> None:
        self._note("pause")

    async def resume(self) -> None:
        self._note("resume")

    async def start(self) -> None:
        self._note("start")

    async def accepts(self) -> bool:
        return self.up_early

    async def flush(self) -> int:
        self._note("flush")
        return self.keys.pop(0) if self.keys else 0

    async def client_connections(self) -> int:
        return self.connections

    async def connection_attempts(self) -> int:
        return self.attempts


@pytest.fixture
def stub() -> type[StubRedis]:
    return StubRedis
