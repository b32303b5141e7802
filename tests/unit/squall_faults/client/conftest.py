"""Callers that do nothing but write down, with the time, what a fault asks of them."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed


class StubCallers:
    """Implements ``squall_faults.ports.Callers``.

    ``refuses`` is the call that fails, as it is written down. The counters start above zero, as
    those of a run in which the same fault was in force before.
    """

    def __init__(self, *, refuses: tuple[Any, ...] = ()) -> None:
        self.refuses = refuses
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []
        self.were_cut_short = 5
        self.were_extra = 40
        self.were_repeated = 7
        self.were_opened = 3
        self.were_for_nothing = 2

    def _note(self, *call: Any) -> None:
        self.calls.append((self.clock.now(), *call))
        if call == self.refuses:
            raise InjectionFailed(f"{call[0]}: the stub refuses")

    async def hang_up(self, share: float, after_seconds: float) -> None:
        self._note("hang_up", share, after_seconds)

    async def multiply(self, factor: float, *, writes: bool = False) -> None:
        self._note("multiply", factor, *(["writes"] if writes else []))

    async def cancelled_requests(self) -> int:
        self._note("cut_short")
        return self.were_cut_short

    async def repeat(
        self,
        share: float,
        after_seconds: float,
        *,
        another_body: bool = False,
        rivals: bool = False,
    ) -> None:
        more = (["another body"] if another_body else []) + (["rivals"] if rivals else [])
        self._note("repeat", share, after_seconds, *more)

    async def retry_failed(self, share: float, after_seconds: float) -> None:
        self._note("retry_failed", share, after_seconds)

    async def repeated(self) -> int:
        self._note("repeated")
        return self.were_repeated

    async def hold_streams(self, count: int) -> None:
        self._note("hold_streams", count)

    async def hold_bodies(self, count: int) -> None:
        self._note("hold_bodies", count)

    async def opened_streams(self) -> int:
        self._note("opened_streams")
        return self.were_opened

    async def ask_for_nothing(self, times: float) -> None:
        self._note("ask_for_nothing", times)

    async def asked_for_nothing(self) -> int:
        self._note("asked_for_nothing")
        return self.were_for_nothing

    async def extra(self) -> int:
        self._note("extra")
        return self.were_extra


@pytest.fixture
def stub() -> type[StubCallers]:
    return StubCallers
