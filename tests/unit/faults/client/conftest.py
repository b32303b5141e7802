"""Callers that do nothing but write down, with the time, what a fault asks of them."""

from __future__ import annotations

from typing import Any

import pytest

from faults import InjectionFailed
from harness.core.clock import VirtualClock


class StubCallers:
    """Implements ``faults.ports.Callers``.

    ``refuses`` is the call that fails, as it is written down. The counters start above zero, as
    those of a run in which the same fault was in force before.
    """

    def __init__(self, *, refuses: tuple[Any, ...] = ()) -> None:
        self.refuses = refuses
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []
        self.were_cut_short = 5
        self.were_extra = 40

    def _note(self, *call: Any) -> None:
        self.calls.append((self.clock.now(), *call))
        if call == self.refuses:
            raise InjectionFailed(f"{call[0]}: the stub refuses")

    async def hang_up(self, share: float, after_seconds: float) -> None:
        self._note("hang_up", share, after_seconds)

    async def multiply(self, factor: float) -> None:
        self._note("multiply", factor)

    async def cut_short(self) -> int:
        self._note("cut_short")
        return self.were_cut_short

    async def extra(self) -> int:
        self._note("extra")
        return self.were_extra


@pytest.fixture
def stub() -> type[StubCallers]:
    return StubCallers
