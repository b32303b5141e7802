"""The whole server dies without a word: out of memory, power, ``kill -9``.

    SIGKILL ──▶ postmaster and every backend
    client ◀──RST or FIN── kernel                 in the middle of whatever it did
    start   ──▶ crash recovery: 57P03 until the log is replayed

What was acknowledged is in the write-ahead log and must be there again. Whoever waited for the
answer to a COMMIT cannot know.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import DatabaseProcess
from squall_faults.server_down import server_down
from squall_faults.wait_for_connection import sessions_hit


@register("database.crash", needs=DatabaseProcess, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """SIGKILL the whole server; heal by starting it, which recovers from the log."""

    @asynccontextmanager
    async def inject(self, database: DatabaseProcess) -> AsyncIterator[Injection]:
        """It bites with each session of the app that it kills, or who is refused meanwhile."""
        hit = partial(
            sessions_hit, database.client_backends, database.connection_attempts,
            "sessions killed", later="connections refused",
        )  # fmt: skip
        async with server_down(database, database.kill, hit) as injection:
            yield injection
