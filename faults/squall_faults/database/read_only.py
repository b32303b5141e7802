"""The server takes no writes: a demoted primary, a full disk that an operator protects.

    app ──INSERT──▶ server ──25006 cannot execute INSERT in a read-only transaction──▶ app

The connection is healthy, so no pool drops it: after a fail-over an app can keep talking to the
demoted server for ever, and fail each write.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import DatabaseServer

REFUSAL = "in a read-only transaction"
"""The end of the server's message for 25006 (PostgreSQL, "Error Codes")."""

OFF = "ALTER SYSTEM RESET default_transaction_read_only"
ON = "ALTER SYSTEM SET default_transaction_read_only = on"
RELOAD = "SELECT pg_reload_conf()"
SETTING = "SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only'"
"""What a session has that sets nothing itself: the fault's own sets it off."""


@register("database.read_only", needs=DatabaseServer, effect=Effect.ERRORS)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnly:
    """Set ``default_transaction_read_only`` for the whole server; heal by resetting it."""

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """The setting reaches every session with its next statement.

        It bites with each statement that the server refused, as its log tells.
        """
        async with server.session() as session:
            await session.execute("SET default_transaction_read_only = off")
            before = await server.logged(REFUSAL)

            async def bite() -> Bite:
                refused = await server.logged(REFUSAL) - before
                return Bite(count=refused, what="statements refused")

            async def lapsed() -> str:
                setting = list(await session.values(SETTING))
                return "" if setting == ["on"] else "the server takes writes again"

            try:
                await session.execute(ON)
                await session.execute(RELOAD)
                yield Injection(bite, lapsed)
            finally:
                await session.execute(OFF)
                await session.execute(RELOAD)
