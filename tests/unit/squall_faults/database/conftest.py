"""A database server that does nothing but write down, with the time, what a fault asks of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed
from squall_faults.ports import StopMode


class StubDatabase:
    """Implements ``squall_faults.ports.DatabaseProcess``; ``refuses`` names the call that fails."""

    def __init__(self, *, backends: int = 20, refuses: str = "") -> None:
        self.backends = backends
        self.attempts = 100
        self.up_early = False
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

    async def connection_attempts(self) -> int:
        return self.attempts

    async def accepts(self) -> bool:
        return self.up_early


class StubCluster:
    """Implements ``squall_faults.ports.DatabaseCluster``; ``refuses`` names the call that fails."""

    def __init__(self, *, backends: int = 20, unshipped: int = 1, refuses: str = "") -> None:
        self.up_early = False
        self.backends = backends
        self.behind = unshipped
        self.refuses = refuses
        self.calls: list[str] = []
        self.lagged = 0.0
        """Seconds between the cut of the standby and the look at how far it is behind."""

    def _note(self, call: str, more: str = "") -> None:
        self.calls.append(f"{call} {more}".rstrip())
        if call == self.refuses:
            raise InjectionFailed(f"{call}: the stub refuses")

    async def replicate(self, *, synchronous: bool) -> None:
        self._note("replicate", "synchronous" if synchronous else "asynchronous")

    async def sever(self) -> None:
        self._note("sever")
        self.lagged = -time.monotonic()

    async def unshipped(self) -> int:
        self.lagged += time.monotonic()
        self._note("unshipped")
        return self.behind

    async def client_backends(self) -> int:
        self._note("client_backends")
        return self.backends

    async def kill(self) -> None:
        self._note("kill")

    async def accepts(self) -> bool:
        return self.up_early

    async def promote(self) -> None:
        self._note("promote")


class StubSession:
    """Implements ``squall_faults.ports.DatabaseSession``: writes down each statement."""

    def __init__(self, server: StubServer) -> None:
        self._server = server

    async def execute(self, sql: str) -> None:
        self._server.said.append(sql)
        if self._server.refuses and self._server.refuses in sql:
            raise InjectionFailed(f"{sql}: the stub refuses")

    async def values(self, sql: str) -> Sequence[Any]:
        await self.execute(sql)
        answer = next(answer for part, answer in self._server.answers.items() if part in sql)
        return [answer() if callable(answer) else answer]


class StubServer:
    """Implements ``squall_faults.ports.DatabaseServer``.

    ``answers`` maps a part of a query to its answer, or to what gives it; a statement with
    ``refuses`` in it fails, and so does a session beyond ``room``.
    """

    def __init__(
        self, answers: dict[str, Any] | None = None, *, refuses: str = "", room: int = 1000
    ) -> None:
        self.answers = answers or {}
        self.refuses = refuses
        self.room = room
        self.said: list[str] = []
        self.open = 0
        self.waits: list[float] = []
        self.log: list[str] = []

    async def logged(self, words: str) -> int:
        return sum(words in line for line in self.log)

    @asynccontextmanager
    async def session(self, *, wait_seconds: float = 1.0) -> AsyncIterator[StubSession]:
        self.waits.append(wait_seconds)
        if self.open >= self.room:
            raise InjectionFailed("no session for a fault: too many clients already")
        self.open += 1
        try:
            yield StubSession(self)
        finally:
            self.open -= 1


@pytest.fixture
def server() -> type[StubServer]:
    return StubServer


@pytest.fixture
def stub() -> type[StubDatabase]:
    return StubDatabase


@pytest.fixture
def cluster() -> type[StubCluster]:
    return StubCluster
