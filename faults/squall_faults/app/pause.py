"""The app stands still: a frozen container, a long stop of the world, a starved machine.

    SIGSTOP ──▶ the app: the kernel still accepts connections for it; no process reads them
    SIGCONT ──▶ it goes on, with every timer expired at once

Sessions stay open in the database meanwhile, transactions too, with their locks. Afterwards the
app must not answer what its caller gave up long ago, nor take its old connections for good.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.lapse import back_early
from squall_faults.ports import AppControl


@register("app.pause", needs=AppControl, effect=Effect.FREEZES)
@dataclass(frozen=True, slots=True, kw_only=True)
class AppPause:
    """SIGSTOP the app's processes; heal by SIGCONT."""

    @asynccontextmanager
    async def inject(self, app: AppControl) -> AsyncIterator[Injection]:
        """It bites with each process that stands still."""
        frozen = 0

        async def bite() -> Bite:
            return Bite(count=frozen, what="app processes frozen")

        try:
            frozen = await app.pause()
            yield Injection(bite, back_early(app.answers, "the app runs again"))
        finally:
            await app.resume()
