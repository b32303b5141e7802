"""The app is asked to end: a deployment, a node that is drained, a scale-down.

    SIGTERM ──▶ the app: stops accepting, finishes what runs, closes its pool, exits 0
    heal:   the next version starts

Nothing that a caller was promised may be lost on the way. What ends at once instead of draining
cuts its callers' connections.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.lapse import back_early
from squall_faults.ports import AppControl


@register("app.terminate", needs=AppControl, effect=Effect.ENDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class AppTerminate:
    """SIGTERM the app and wait for its end; heal by starting it."""

    @asynccontextmanager
    async def inject(self, app: AppControl) -> AsyncIterator[Injection]:
        """It bites with the process that ended; its exit code is part of the evidence."""
        code = None

        async def bite() -> Bite:
            return Bite(count=1, what=f"app processes ended (exit code {code})")

        try:
            code = await app.terminate()
            yield Injection(bite, back_early(app.answers, "the app is up again"))
        finally:
            await app.revive()
