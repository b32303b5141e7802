"""The server is stopped and started: an upgrade, a changed setting, a careless operator.

    fast       backends get SIGTERM: transactions are rolled back, clients hear 57P01, then close
    immediate  backends get SIGQUIT: clients hear 57P02; the next start recovers as from a crash

PostgreSQL's documentation, "Shutting Down the Server". The asyncpg driver shows either as
``ConnectionDoesNotExistError`` (08003) to clients in the middle of a statement.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import DatabaseProcess, StopMode
from squall_faults.server_down import server_down
from squall_faults.wait_for_connection import sessions_hit


@register("database.restart", needs=DatabaseProcess, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Stop the server as ``pg_ctl stop -m <mode>`` does; heal by starting it."""

    mode: StopMode = "fast"

    def __post_init__(self) -> None:
        """Refuse the smart mode: it waits for clients, and so never ends under load."""
        validate.one_of("mode", self.mode, ("fast", "immediate"))

    @asynccontextmanager
    async def inject(self, database: DatabaseProcess) -> AsyncIterator[Injection]:
        """It bites with each session of the app that it ends, or who is refused meanwhile."""
        hit = partial(
            sessions_hit, database.client_backends, database.connection_attempts,
            "sessions ended", later="connections refused",
        )  # fmt: skip
        stop = partial(database.stop, self.mode)
        async with server_down(database, stop, hit) as injection:
            yield injection
