"""The observer talks to PostgreSQL directly, behind every proxy: no fault passes it.

It reads pg_stat_activity and the final truth. Everything it does is bounded in time, and it
connects anew after the server was away.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from typing import Any

import asyncpg

from harness.core.errors import LabError
from harness.core.events import BackendsSampled

NAME = "squall-observer"
CALL_SECONDS = 2.0

SESSIONS = """
SELECT count(*) AS total,
       count(*) FILTER (WHERE state = 'active') AS active,
       count(*) FILTER (WHERE state = 'idle') AS idle,
       count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name NOT LIKE 'squall-%'
  AND datname = current_database()
"""

BROKEN = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class Observer:
    """One direct connection, made when it is needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    def look_at(self, url: str) -> None:
        """Another server is the primary now."""
        self._url = url
        self._drop()

    async def sample(self) -> BackendsSampled | None:
        """The app's sessions now; None while the database is out."""
        try:
            row = (await self._fetch(SESSIONS))[0]
        except BROKEN:
            return None
        return BackendsSampled(
            at=time.monotonic(),
            total=row["total"],
            active=row["active"],
            idle=row["idle"],
            idle_in_transaction=row["idle_in_transaction"],
        )

    async def totals(self, queries: Mapping[str, str]) -> dict[str, int]:
        """The number that each query gives; LabError with the query that fails."""
        return {name: int((await self._rows(query))[0][0] or 0) for name, query in queries.items()}

    async def counts(self, query: str) -> dict[str, int]:
        """Rows of key and count, as a mapping; LabError when the query fails."""
        return {str(row[0]): int(row[1]) for row in await self._rows(query)}

    async def _rows(self, query: str) -> list[Any]:
        try:
            return await self._fetch(query)
        except BROKEN as error:
            raise LabError(f"the observer could not run {query!r}: {error}") from error

    async def _fetch(self, query: str) -> list[Any]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._url,
                timeout=CALL_SECONDS,
                command_timeout=CALL_SECONDS,
                ssl=False,
                server_settings={"application_name": NAME},
            )
        try:
            rows: list[Any] = await self._connection.fetch(query)
        except BaseException:
            # A cancelled query leaves the connection in the middle of something, too.
            self._drop()
            raise
        return rows

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(*BROKEN):
            if self._connection is not None:
                await self._connection.close(timeout=CALL_SECONDS)
        self._drop()
