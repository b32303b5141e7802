"""The lab's database as a cluster: a primary, and a standby while an outage needs one.

    app ─▶ proxy "postgres" ─▶ primary ◀─ proxy "replication" ◀─ standby

The standby is created from a base backup when the first fault needs it, so that other labs start as
quickly as without a cluster. After a failover the lab has another primary: the proxy and the
observer are pointed to it, and the next standby is a copy of it.
"""

from __future__ import annotations

import asyncio
import contextlib

from squall_faults.errors import FaultError, FaultUnavailable, InjectionFailed
from squall_faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer

from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.components import Components, DatabaseComponent, Replication, Standby
from squall.lab.observer import Observer
from squall.lab.providers.process.postgres_standby import STANDBY

LINK = "replication"
"""The proxy that the WAL stream passes."""

FOLLOW_SECONDS = 10.0
PROMOTE_SECONDS = 4
"""Both limits are far above the usual duration, and below the limits of a session and of a heal."""

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
    """Implements ``squall_faults.ports.DatabaseCluster``."""

    def __init__(self, parts: Components) -> None:
        self.primary = parts.database
        """The server for reads and writes now."""
        self.observer = Observer(self.primary.admin_url)
        """Observes the primary, whichever server that is."""
        self._replication = parts.replication
        self._standby: Standby | None = None
        self._link: ToxiproxyProxy | None = None
        self._engine: ToxiproxyServer | None = None
        self._upstream = "" if not parts.ways else str(parts.ways["postgres"].upstream)
        self._number = 1
        self._retired: list[DatabaseComponent] = []

    @property
    def unasked_end(self) -> str:
        """How one of its servers exited although nothing stopped it; empty if none did."""
        standby = [] if self._standby is None else [self._standby.database]
        servers = [self.primary, *standby, *self._retired]
        return next((server.unasked_end for server in servers if server.unasked_end), "")

    def wired(self, engine: ToxiproxyServer) -> None:
        """The last engine in front of the database is up."""
        self._engine = engine

    def replication(self) -> Replication:
        """The provider's replication.

        Raises:
            FaultUnavailable: the lab cannot replicate; the message says why.
        """
        if self._replication is None:
            raise FaultUnavailable("it needs a standby, and this provider starts none")
        try:
            unsupported_reason = self._replication.unsupported_reason()
        except LabError as error:
            unsupported_reason = str(error)
        if unsupported_reason:
            raise FaultUnavailable(unsupported_reason)
        return self._replication

    async def replicate(self, *, synchronous: bool) -> None:
        """Start a standby that streams. Returns at once if there is one."""
        if self._standby is None:
            await self._begin(self.replication())
        async with self.primary.session() as session:
            await session.execute(SYNCHRONOUS if synchronous else ASYNCHRONOUS)
            await session.values(RELOAD)
            wanted = f"{STREAMS}'{'sync' if synchronous else 'async'}'"

            async def follows() -> bool:
                return list(await session.values(wanted)) == [1]

            if not await readiness.wait_until(follows, FOLLOW_SECONDS):
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
        """Disconnect the standby, once it has received everything committed before this call."""
        standby, link = self._following()
        async with self.primary.session() as here, standby.database.session() as there:
            written = (await here.values(WRITTEN))[0]
            behind = f"SELECT pg_wal_lsn_diff('{written}', pg_last_wal_receive_lsn()) <= 0"

            async def has_it() -> bool:
                return list(await there.values(behind)) == [True]

            if not await readiness.wait_until(has_it, FOLLOW_SECONDS):
                raise InjectionFailed("the standby does not catch up")
        await link.disable()

    async def unshipped(self) -> int:
        """Bytes of the primary's WAL that the standby does not have."""
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

    async def accepts(self) -> bool:
        """Whether the primary accepts a session now."""
        return await self.primary.accepts()

    async def promote(self) -> None:
        """Stop the primary, promote the standby, and point the proxy to it.

        The proxy is changed last, so that every client it lets through reaches a writable server.
        """
        standby = self._standby
        if standby is None:
            return
        await self.primary.kill()  # two primaries would both accept writes
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
        """Remove what no outage needs any more: a standby, and primaries that have died."""
        retired, self._retired = self._retired, []
        for database in retired:
            await database.close()
        if self._standby is None:
            return
        with contextlib.suppress(FaultError):  # the lab reports a primary that is down
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
