"""The app dies without a word: out of memory, a fatal error, ``kill -9``.

    SIGKILL ──▶ the app's process and its children
    caller ◀──RST or FIN── kernel                      in the middle of its request
    heal:  the supervisor restarts it; clients are refused until it listens

Whatever the app acknowledged must be in the database, and whatever it kept only in memory is gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.lapse import back_early
from squall_faults.ports import AppControl


@register("app.crash", needs=AppControl, effect=Effect.ENDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class AppCrash:
    """SIGKILL the app; heal by starting it, as a supervisor does."""

    @asynccontextmanager
    async def inject(self, app: AppControl) -> AsyncIterator[Injection]:
        """It bites with the process that it kills."""

        async def bite() -> Bite:
            return Bite(count=1, what="app processes killed")

        try:
            await app.crash()
            yield Injection(bite, back_early(app.answers, "the app is up again"))
        finally:
            await app.revive()
