"""What the app has committed, read with a logical replication slot over all tables.

No SQL needs to be declared. The tables get REPLICA IDENTITY FULL, so that an update includes the
old row, too. If Squall did not start the server (attach), effects are not judged.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from squall_faults.errors import InjectionFailed
from squall_faults.ports import DatabaseSession

from squall.core.errors import LabError
from squall.lab.lab import Lab
from squall.lab.wal import Decoder, RowChange

NAME = "squall_sweep"
"""Name of the publication and the slot."""
SETTLE_READS = 40
"""Number of reads that advance the slot's start; otherwise each read scans the WAL from far
back.
"""

TABLES = """SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'p'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'"""
READ = """SELECT data FROM pg_logical_slot_get_binary_changes('squall_sweep', NULL, NULL,
    'proto_version', '1', 'publication_names', 'squall_sweep')"""
CREATE = (
    "SELECT slot_name::text FROM pg_create_logical_replication_slot('squall_sweep', 'pgoutput')"
)
DROP = "SELECT pg_drop_replication_slot('squall_sweep')::text"
PLACE = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text"
BUSY = """SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text
    || ' ' || (SELECT count(*) FROM pg_locks l JOIN pg_stat_activity i USING (pid)
               WHERE l.locktype = 'advisory' AND l.granted AND i.state = 'idle'
               AND i.datname = current_database() AND i.application_name NOT LIKE 'squall-%')
    || ' ' || coalesce(string_agg(state, ','), '') FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name NOT LIKE 'squall-%'
    AND datname = current_database() AND state <> 'idle'"""
WAITS = """SELECT coalesce(l.relation::regclass::text || ' ', '') || l.locktype || ' ' || l.mode
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()"""


class ChangeLog:
    """Reads what was committed since the last call."""

    def __init__(self, session: DatabaseSession) -> None:
        self._session = session
        self._reads = 0
        self.place = 0
        """Where the WAL ended when :meth:`busy` or :meth:`mark` was last asked: what is committed
        by then lies before it.
        """
        self.locks = 0
        """Advisory locks that idle sessions held when :meth:`busy` was last asked."""
        self._tables: frozenset[str] = frozenset()

    async def cover_tables(self) -> int:
        """Follow all tables that exist now. Returns their number."""
        found = frozenset(map(str, await self._session.values(TABLES)))
        if found != self._tables:
            for table in sorted(found - self._tables):
                await self._session.execute(f"ALTER TABLE {table} REPLICA IDENTITY FULL")
            if found:
                names = ", ".join(sorted(found))
                await self._session.execute(f"ALTER PUBLICATION {NAME} SET TABLE {names}")
            self._tables = found
        return len(found)

    async def read(self) -> list[RowChange]:
        """The changes committed since the last call, in commit order."""
        (changes,) = await self.read_parts(())
        return changes

    async def read_parts(self, places: Sequence[int]) -> list[list[RowChange]]:
        """The same, parted at these places of the WAL, in one read: one part more than places."""
        self._reads += 1
        if self._reads % SETTLE_READS == 0:
            await self._session.values("SELECT pg_log_standby_snapshot()::text")
        rows = await self._session.values(READ)
        decoder = Decoder()
        parts: list[list[RowChange]] = [[] for _ in range(len(places) + 1)]
        for change in decoder.decode(bytes(row) for row in rows):
            place = decoder.committed_in[change.transaction]
            parts[sum(one <= place for one in places)].append(change)
        return parts

    async def mark(self) -> int:
        """Where the WAL ends now."""
        self.place = int(str((await self._session.values(PLACE))[0]))
        return self.place

    async def execute(self, sql: str) -> None:
        """Execute this as the superuser."""
        await self._session.execute(sql)

    async def busy(self) -> str:
        """States of the app's sessions that are not idle, such as ``idle in transaction``."""
        place, locks, states = str((await self._session.values(BUSY))[0]).split(" ", 2)
        self.place, self.locks = int(place), int(locks)
        return states

    async def waits(self) -> list[str]:
        """The locks for which sessions wait now."""
        return sorted(set(map(str, await self._session.values(WAITS))))


async def enable(lab: Lab) -> None:
    """Enable what logical decoding needs in the lab's database, which restarts.

    Raises:
        LabError: it does not come back.
    """
    async with lab.database.session() as session:
        if (await session.values("SHOW wal_level"))[0] == "logical":
            return
        await session.execute("ALTER SYSTEM SET wal_level = 'logical'")
    await lab.database.stop("fast")
    await lab.database.start()


@asynccontextmanager
async def change_log(lab: Lab) -> AsyncIterator[ChangeLog]:
    """A slot for the length of a block.

    Raises:
        LabError: the server has no logical decoding.
    """
    async with lab.database.session() as session:
        if (await session.values("SHOW wal_level"))[0] != "logical":
            raise LabError("logical decoding needs wal_level=logical on a server of the lab")
        await session.execute(f"DROP PUBLICATION IF EXISTS {NAME}")
        await session.execute(f"CREATE PUBLICATION {NAME}")
        await session.values(CREATE)
        try:
            log = ChangeLog(session)
            await log.cover_tables()
            yield log
        finally:
            with contextlib.suppress(InjectionFailed):  # the server may be gone with its lab
                await session.values(DROP)
