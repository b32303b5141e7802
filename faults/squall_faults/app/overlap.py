"""A second copy of the app runs beside the first: a rolling deploy, a blue-green switch.

    first  ──────────────────────────────────────────▶  keeps its pool
    second      start ──▶ ready ── gets the callers ──▶ SIGTERM      heal: the callers go back

For a while there are two pools. A pool that is sized for all connections of the server leaves none
for the new version, which does not get ready while the old one runs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import AppCopies


@register("app.overlap", needs=AppCopies, effect=Effect.LOADS)
@dataclass(frozen=True, slots=True, kw_only=True)
class AppOverlap:
    """Start a second copy of the app, which gets the callers; heal by ending it."""

    @asynccontextmanager
    async def inject(self, copies: AppCopies) -> AsyncIterator[Injection]:
        """It bites with the copy that was started. One that does not get ready is evidence."""

        async def bite() -> Bite:
            return Bite(count=1, what="instances of the app beside the first")

        try:
            await copies.start_second()
            yield Injection(bite)
        finally:
            await copies.end_second()
