"""The observer connects to PostgreSQL directly and not through a proxy: faults do not affect it.

It reads pg_stat_activity and the final state. Every operation has a time limit, and it reconnects
after the server was down.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from typing import Any

import asyncpg

from squall.core.errors import LabError
from squall.core.events import BackendsSampled
from squall.lab.sessions import tls_of

NAME = "squall-observer"
CALL_SECONDS = 2.0

SESSIONS = """
SELECT count(*) AS total,
       count(*) FILTER (WHERE state = 'active' AND old) AS active,
       count(*) FILTER (WHERE state = 'idle' OR NOT old) AS idle,
       count(*) FILTER (WHERE state LIKE 'idle in transaction%' AND old) AS idle_in_transaction,
       coalesce(extract(epoch FROM max(clock_timestamp() - state_change) FILTER (
           WHERE state = 'idle in transaction' AND backend_xid IS NOT NULL)), 0) AS locks_held,
       count(*) FILTER (WHERE state = 'active' AND wait_event_type = 'Lock') AS waiting
FROM pg_stat_activity,
     LATERAL (SELECT coalesce(xact_start < clock_timestamp() - make_interval(secs => {seconds:f}),
                              true) AS old) AS age
WHERE backend_type = 'client backend' AND application_name NOT LIKE 'squall-%'
  AND datname = current_database()
"""

AT_REST = """
WITH app AS (
    SELECT pid, query, state FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name NOT LIKE 'squall-%'
      AND datname = current_database()
)
SELECT (SELECT count(*) FROM app) AS sessions,
       (SELECT count(*) FROM pg_locks JOIN app USING (pid) WHERE locktype = 'advisory' AND granted)
           AS advisory_locks,
       (SELECT count(*) FROM app WHERE query ~* '^\\s*listen\\M') AS listeners,
       (SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r')
           AS temporary_tables,
       (SELECT count(*) FROM app WHERE state = 'idle in transaction (aborted)') AS aborted
"""

STATE_CHANGES = """
SELECT state_change FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name NOT LIKE 'squall-%'
  AND datname = current_database()
"""

ENCRYPTED = """
SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
WHERE ssl AND backend_type = 'client backend' AND application_name NOT LIKE 'squall-%'
  AND datname = current_database()
"""

PRIMARY_KEYS = """
SELECT n.nspname, c.relname, a.attname
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
WHERE (i.indisprimary OR (i.indisunique AND i.indnkeyatts = 1)) AND c.relkind IN ('r', 'p')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY 1, 2, 3 LIMIT 200
"""
KEY_VALUES = "SELECT DISTINCT {field}::text FROM {table} WHERE {field} IS NOT NULL LIMIT 20"

IDENTITY = """
SELECT pg_postmaster_start_time(), oid, datname::text FROM pg_database
WHERE datname = current_database()
"""

BROKEN = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class Observer:
    """One direct connection, opened when it is needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    def look_at(self, url: str) -> None:
        """Observe another server, which is now the primary."""
        self._url = url
        self._drop()

    async def sample(self, *, old_seconds: float = 0.0) -> BackendsSampled | None:
        """The app's sessions now; None while the database is down.

        A transaction that began less than ``old_seconds`` ago counts as idle: it is other work.
        """
        try:
            row = (await self._fetch(SESSIONS.format(seconds=old_seconds)))[0]
        except BROKEN:
            return None
        return BackendsSampled(
            at=time.monotonic(),
            total=row["total"],
            active=row["active"],
            idle=row["idle"],
            idle_in_transaction=row["idle_in_transaction"],
            locks_held_seconds=round(float(row["locks_held"]), 3),
            waiting_for_locks=row["waiting"],
        )

    async def at_rest(self) -> Mapping[str, int] | None:
        """What the app's sessions hold now; None while the database is down."""
        try:
            return dict((await self._fetch(AT_REST))[0])
        except BROKEN:
            return None

    async def server_time(self) -> Any:  # noqa: ANN401 - a time, as the driver gives it
        """The server's clock; None while the database is down."""
        try:
            return (await self._fetch("SELECT clock_timestamp()"))[0][0]
        except BROKEN:
            return None

    async def unused_sessions(self, since: object) -> tuple[int, int] | None:
        """The app's sessions, and those whose last statement is older; None if it is down."""
        try:
            rows = await self._fetch(STATE_CHANGES)
        except BROKEN:
            return None
        return len(rows), sum(row[0] is not None and row[0] < since for row in rows)

    async def encrypted_sessions(self) -> int:
        """The app's sessions that are encrypted now; 0 while the database is down."""
        try:
            return int((await self._fetch(ENCRYPTED))[0][0])
        except BROKEN:
            return 0

    async def identity(self) -> tuple[Any, ...] | None:
        """Which database of which server it observes; None while the database is down."""
        try:
            return tuple((await self._fetch(IDENTITY))[0])
        except BROKEN:
            return None

    async def totals(self, queries: Mapping[str, str]) -> dict[str, int]:
        """The number that each query returns. LabError names the query that fails."""
        return {name: int((await self._rows(query))[0][0] or 0) for name, query in queries.items()}

    async def counts(self, query: str) -> dict[str, int]:
        """Rows of key and count as a mapping. LabError if the query fails."""
        return {str(row[0]): int(row[1]) for row in await self._rows(query)}

    async def keys(self) -> list[tuple[str, str, str]]:
        """Table, column and value of primary and unique keys. Locked tables are left out."""
        found: list[tuple[str, str, str]] = []
        with contextlib.suppress(*BROKEN):
            for schema, table, field in await self._fetch(PRIMARY_KEYS):
                query = KEY_VALUES.format(
                    field=_quoted(field), table=f"{_quoted(schema)}.{_quoted(table)}"
                )
                found += [(table, field, row[0]) for row in await self._fetch(query)]
        return found

    async def run(self, statement: str) -> list[Any]:
        """Run one statement as the administrator. LabError if PostgreSQL refuses it."""
        return await self._rows(statement)

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
                ssl=tls_of(self._url),
                server_settings={"application_name": NAME},
            )
        try:
            rows: list[Any] = await self._connection.fetch(query)
        except BaseException:
            # A cancelled query also leaves the connection in an undefined state.
            self._drop()
            raise
        return rows

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(*BROKEN):
            if self._connection is not None:
                await self._connection.close(timeout=CALL_SECONDS)
        self._drop()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
