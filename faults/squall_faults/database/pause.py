"""The server stands still: a frozen virtual machine, a storage stall, a debugger left attached.

    SIGSTOP ──▶ postmaster and every backend
    kernel still accepts connections and acknowledges bytes; no process reads them
    SIGCONT ──▶ everything goes on where it stood

TCP sees a healthy peer, so keep-alive and ``TCP_USER_TIMEOUT`` never fire: only time-outs of the
client itself end the wait.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.lapse import back_early
from squall_faults.ports import DatabaseProcess
from squall_faults.wait_for_connection import sessions_hit


@register("database.pause", needs=DatabaseProcess, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """SIGSTOP every process of the server; heal by SIGCONT."""

    @asynccontextmanager
    async def inject(self, database: DatabaseProcess) -> AsyncIterator[Injection]:
        """It bites with each session of the app that stands still, or who connects meanwhile."""
        bite = await sessions_hit(
            database.client_backends, database.connection_attempts,
            "sessions frozen", later="connections left waiting",
        )  # fmt: skip
        try:
            await database.pause()
            yield Injection(bite, back_early(database.accepts, "the server runs again"))
        finally:
            await database.resume()
