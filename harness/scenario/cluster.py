"""The lab's database as a cluster: a primary, and a standby while an outage needs one.

    app ─▶ proxy "postgres" ─▶ primary ◀─ proxy "replication" ◀─ standby

The standby is made from a base backup when the first fault asks for it, so a lab that needs none
starts as quickly as ever. After a failover the lab simply has another primary: the proxy leads to
it, the observer looks at it, and the next standby is a copy of it.
"""

from __future__ import annotations

import asyncio
import contextlib

from faults.errors import FaultError, FaultUnavailable, InjectionFailed
from faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer
from harness.core.errors import LabError
from harness.providers import readiness
from harness.providers.observer import Observer
from harness.providers.parts import DatabasePart, Parts, Replication, Standby
from harness.providers.process.postgres_standby import STANDBY

LINK = "replication"
"""The proxy that the stream of the log passes."""

FOLLOW_SECONDS = 10.0
PROMOTE_SECONDS = 4
"""Both far longer than either takes; below the limits of a session and of a cure."""

STREAMS = (
    "SELECT count(*) FROM pg_stat_replication"  # noqa: S608 - our own words
    f" WHERE application_name = '{STANDBY}' AND state = 'streaming' AND sync_state = "
)
SYNCHRONOUS = f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'"
ASYNCHRONOUS = "ALTER SYSTEM RESET synchronous_standby_names"
RELOAD = "SELECT pg_reload_conf()"
WRITTEN = "SELECT pg_current_wal_lsn()::text"
RECEIVED = "SELECT pg_last_wal_receive_lsn()::text"
PROMOTE = f"SELECT pg_promote(true, {PROMOTE_SECONDS})"


class Cluster:
    """Implements ``faults.ports.DatabaseCluster``."""

    def __init__(self, parts: Parts) -> None:
        self.primary = parts.database
        """Where reads and writes go now."""
        self.observer = Observer(self.primary.admin_url)
        """Looks at the primary, whichever that is."""
        self._replication = parts.replication
        self._standby: Standby | None = None
        self._link: ToxiproxyProxy | None = None
        self._engine: ToxiproxyServer | None = None
        self._upstream = "" if not parts.ways else str(parts.ways["postgres"].upstream)
        self._number = 1
        self._retired: list[DatabasePart] = []

    def wired(self, engine: ToxiproxyServer) -> None:
        """The last engine before the database is up."""
        self._engine = engine

    def replication(self) -> Replication:
        """How this lab replicates.

        Raises:
            FaultUnavailable: it cannot, and why.
        """
        if self._replication is None:
            raise FaultUnavailable("it needs a standby, and this provider starts none")
        try:
            lacks = self._replication.lacks()
        except LabError as error:
            lacks = str(error)
        if lacks:
            raise FaultUnavailable(lacks)
        return self._replication

    async def replicate(self, *, synchronous: bool) -> None:
        """Have a standby that streams; returns at once when there is one."""
        if self._standby is None:
            await self._begin(self.replication())
        async with self.primary.session() as session:
            await session.execute(SYNCHRONOUS if synchronous else ASYNCHRONOUS)
            await session.values(RELOAD)
            wanted = f"{STREAMS}'{'sync' if synchronous else 'async'}'"

            async def follows() -> bool:
                return list(await session.values(wanted)) == [1]

            if not await readiness.until(follows, FOLLOW_SECONDS):
                raise InjectionFailed("the standby does not follow; see its log in the lab")

    async def _begin(self, replication: Replication) -> None:
        server = self._server()
        self._link = ToxiproxyProxy(server, LINK)
        await server.create(LINK, upstream=self._upstream, listen=str(replication.listen))
        self._number += 1
        self._standby = replication.standby(self._number)
        try:
            await self._standby.database.start()
        except LabError as error:
            raise InjectionFailed(str(error)) from error

    def _server(self) -> ToxiproxyServer:
        if self._engine is None:
            raise InjectionFailed("the lab's proxies are not up")
        return self._engine

    def _following(self) -> tuple[Standby, ToxiproxyProxy]:
        if self._standby is None or self._link is None:
            raise InjectionFailed("there is no standby")
        return self._standby, self._link

    async def sever(self) -> None:
        """Cut the standby off, once it has what was committed before this call."""
        standby, link = self._following()
        async with self.primary.session() as here, standby.database.session() as there:
            written = (await here.values(WRITTEN))[0]
            behind = f"SELECT pg_wal_lsn_diff('{written}', pg_last_wal_receive_lsn()) <= 0"

            async def has_it() -> bool:
                return list(await there.values(behind)) == [True]

            if not await readiness.until(has_it, FOLLOW_SECONDS):
                raise InjectionFailed("the standby does not catch up")
        await link.disable()

    async def unshipped(self) -> int:
        """Bytes of the primary's log that the standby does not have."""
        standby, _ = self._following()
        async with standby.database.session() as there, self.primary.session() as here:
            received = (await there.values(RECEIVED))[0]
            distance = f"SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '{received}')"
            return int((await here.values(distance))[0])

    async def client_backends(self) -> int:
        """Sessions of the app on the primary now."""
        return await self.primary.client_backends()

    async def kill(self) -> None:
        """SIGKILL the primary."""
        await self.primary.kill()

    async def promote(self) -> None:
        """Fence the primary, make the standby the primary, lead the proxy to it.

        The proxy comes last: whoever it lets through finds a server that takes writes.
        """
        standby = self._standby
        if standby is None:
            return
        await self.primary.kill()  # two primaries would both take writes
        async with standby.database.session() as session:
            if list(await session.values(PROMOTE)) != [True]:
                raise InjectionFailed("the standby was not promoted; see its log in the lab")
        self._retired.append(self.primary)
        self.primary, self._standby = standby.database, None
        self._upstream = str(standby.upstream)
        self.observer.look_at(self.primary.admin_url)
        await self._unlink()
        await self._server().lead("postgres", self._upstream)

    async def _unlink(self) -> None:
        await self._server().remove(LINK)
        self._link = None

    async def tidy(self) -> None:
        """What no outage needs any more goes: a standby, and primaries that have died."""
        retired, self._retired = self._retired, []
        for database in retired:
            await database.close()
        if self._standby is None:
            return
        with contextlib.suppress(FaultError):  # a primary that is down is told by the lab
            async with self.primary.session() as session:
                await session.execute(ASYNCHRONOUS)
                await session.values(RELOAD)
        await self._unlink()
        standby, self._standby = self._standby, None
        await standby.database.close()

    async def close(self) -> None:
        """End every server for good."""
        standby = [] if self._standby is None else [self._standby.database]
        servers = [*self._retired, *standby, self.primary]
        await asyncio.gather(*(server.close() for server in servers), return_exceptions=True)
