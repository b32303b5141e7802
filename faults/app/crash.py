"""The app dies without a word: out of memory, a fatal error, ``kill -9``.

    SIGKILL ──▶ the app's process and its children
    caller ◀──RST or FIN── kernel                      in the middle of its request
    heal:  the supervisor starts it anew; callers are refused until it listens

Whatever the app acknowledged must be in the database, and whatever it kept only in memory is gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults.catalogue import catalogued
from faults.fault import Bite, Injection
from faults.ports import AppControl


@catalogued("app.crash", needs=AppControl, colour="#9f1239")
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
            yield Injection(bite)
        finally:
            await app.revive()
