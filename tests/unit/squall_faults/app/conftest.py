"""An app's process that does nothing but write down, with the time, what a fault asks of it."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed


class StubApp:
    """Implements ``squall_faults.ports.AppControl``; ``refuses`` names the call that fails."""

    def __init__(self, *, refuses: str = "", frozen: int = 3, exit_code: int = 0) -> None:
        self.refuses = refuses
        self.frozen = frozen
        self.exit_code = exit_code
        self.up_early = False
        self.clock = VirtualClock()
        self.calls: list[tuple[float, str]] = []

    def _note(self, call: str) -> None:
        self.calls.append((self.clock.now(), call))
        if call == self.refuses:
            raise InjectionFailed(f"{call}: the stub refuses")

    async def crash(self) -> None:
        self._note("crash")

    async def terminate(self) -> int:
        self._note("terminate")
        return self.exit_code

    async def pause(self) -> int:
        self._note("pause")
        return self.frozen

    async def resume(self) -> None:
        self._note("resume")

    async def revive(self) -> None:
        self._note("revive")

    async def answers(self) -> bool:
        return self.up_early


@pytest.fixture
def stub() -> type[StubApp]:
    return StubApp


@pytest.fixture
def port() -> Any:
    """One that refuses nothing."""
    return StubApp()
