"""A lab: PostgreSQL, proxy, app, workload and observer, started together and ended for certain.

    workload ──▶ proxy "app" ──▶ app ──▶ proxy "postgres" ──▶ [meter] ──▶ PostgreSQL ◀── observer

The meter is there when the engine is the real Toxiproxy (see :mod:`faults.toxiproxy`).
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from faults import Fault, FaultUnavailable
from faults.catalogue import entry_of, key_of
from faults.ports import (
    AppControl,
    Callers,
    DatabaseCluster,
    DatabaseProcess,
    DatabaseServer,
    NetworkProxy,
    Traffic,
    WireProxy,
)
from harness.core.ids import derived_seed
from harness.providers.base import Endpoint
from harness.providers.observer import Observer
from harness.providers.parts import DatabasePart, Parts
from harness.providers.process.keeper import Keeper
from harness.scenario.cluster import Cluster
from harness.scenario.introduction import Talk, introduced
from harness.scenario.lab_options import LabOptions
from harness.scenario.model import Scenario
from harness.scenario.parts import directory_of, environment_of, parts_of
from harness.scenario.reached import ReachedDatabase
from harness.scenario.setup import run_setup
from harness.scenario.wiring import Wiring, together, wired
from harness.workload.client import Workload

CLOSE_SECONDS = 10.0


class Lab:
    """A running lab; made by :func:`lab`."""

    def __init__(self, options: LabOptions, directory: Path, keeper: Keeper, parts: Parts) -> None:
        self.options = options
        self.profile = options.profile
        self.derived = False
        """Whether the operations come from the app's OpenAPI document."""
        self.left_out: Mapping[str, str] = {}
        """What of the app's API is not asked, and why."""
        self.directory = directory
        self.keeper = keeper
        self.workload = Workload()
        self._parts = parts
        self._cluster = Cluster(parts)
        self.app = parts.app
        self.app_address = parts.app_address
        self._reached = ReachedDatabase(lambda: self.database, self.database_traffic)
        self._wiring = Wiring(proxies={}, servers=())

    @property
    def database(self) -> DatabasePart:
        """The primary: after a failover it is another server."""
        return self._cluster.primary

    @property
    def observer(self) -> Observer:
        """Looks at the primary, behind every proxy."""
        return self._cluster.observer

    @property
    def engine_name(self) -> str:
        """``embedded`` or ``toxiproxy``."""
        return "toxiproxy" if self._parts.meter is not None else "embedded"

    @property
    def app_database_url(self) -> str:
        """The database's address as the app gets it: through the proxy."""
        return self._parts.app_database_url

    @property
    def engine_address(self) -> str:
        """Address of the engine's HTTP API, where every Toxiproxy client can look."""
        return f"http://{self._parts.engine.api}"

    async def start(self) -> None:
        """Start everything at once; returns when the app is ready and knows what it can be asked.

        Raises:
            LabError: a part did not start; the message has its last words.
        """
        await self.workload.start_process(self._spawned)
        patient = self.profile.starts_without_database and not self.profile.setup
        async with together() as group:
            group.create_task(self.database.start())
            group.create_task(self._wire())
            group.create_task(self.workload.ready())
            if patient:
                group.create_task(self.app.start())
        if not patient:
            direct = Endpoint(self.database.host, self.database.port)
            environment = environment_of(self.profile, direct)
            await run_setup(self.profile, environment, self.directory / "setup.log", self.keeper)
            await self.app.start()
        await self._introduced()

    async def _introduced(self) -> None:
        talk = Talk(self.database_traffic, self.app.log_path, self.options.attach)
        url = f"http://{self.app.host}:{self.app.port}"
        discovery = await introduced(self.profile, url, self.options.seed, talk)
        self.derived = discovery.profile is not self.profile
        self.profile, self.left_out = discovery.profile, discovery.left_out

    async def attach(self) -> None:
        """Take the parts without a load: for faults by hand.

        Raises:
            LabError: a part is not up, or not whole.
        """
        async with together() as group:
            group.create_task(self.database.start())
            group.create_task(self._wire())
            group.create_task(self.app.start())

    def lacks(self, scenario: Scenario) -> str:
        """Why a scenario cannot be run here, or empty when it can."""
        writes = any(operation.effect != "read" for operation in self.profile.operations)
        if "writes" in scenario.needs and not writes:
            return "it is about writes, and the load has none"
        for step in scenario.steps:
            try:
                self.port_for(step.fault)
            except FaultUnavailable as error:
                return str(error)
        return ""

    def _spawned(self, _pid: int) -> None:
        """The workload ends by itself when its standard input does."""

    async def _wire(self) -> None:
        self._wiring = await wired(self._parts, derived_seed(self.options.seed, "engine"))
        self._cluster.wired(self._wiring.servers[0])

    def port_for(self, fault: Fault) -> object:
        """What the fault needs.

        Raises:
            FaultUnavailable: this lab cannot supply it.
        """
        needs = entry_of(fault).needs
        refused = self._parts.withheld_faults.get(key_of(fault)) or self._parts.withheld.get(needs)
        if refused:
            raise FaultUnavailable(refused)
        supplied: dict[type, object] = {
            DatabaseProcess: self._reached,
            DatabaseServer: self.database,
            AppControl: self.app,
            Callers: self.workload,
        }
        if needs is DatabaseCluster:
            self._cluster.replication()
            return self._cluster
        if needs in (NetworkProxy, WireProxy):
            return self._wiring.proxies[str(getattr(fault, "proxy", "postgres"))]
        if needs in supplied:
            return supplied[needs]
        raise FaultUnavailable(f"this lab has no {needs.__name__}")

    async def broken(self) -> str:
        """Empty when the lab is whole; else what is still in force."""
        left = [await server.whole() for server in self._wiring.servers]
        if not await self.database.accepts():
            left.append("PostgreSQL does not accept connections")
        return ", ".join(text for text in left if text)

    async def database_traffic(self) -> Traffic:
        """What the proxy to the database has seen so far."""
        return await self._wiring.proxies["postgres"].traffic()

    async def tidy(self) -> None:
        """End what faults leave behind by their nature: silent connections, spare servers."""
        for proxy in self._wiring.proxies.values():
            await proxy.close_silent()
        await self._cluster.tidy()

    async def ensure_app(self) -> None:
        """The app is there for the next outage, or LabError."""
        await self.app.ensure()

    async def close(self) -> None:
        """End every part and remove the lab's directory; never raises."""
        parts = [self.workload.close(), self.app.close(), self.observer.close()]
        await asyncio.gather(*parts, return_exceptions=True)
        engines = [one.close() for one in (self._parts.engine, self._parts.meter) if one]
        await asyncio.gather(*engines, self._cluster.close(), return_exceptions=True)
        await asyncio.gather(self._parts.clear(), return_exceptions=True)
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)
        self.keeper.forget_directory(self.directory)
        with contextlib.suppress(Exception):
            await self.keeper.close()


@asynccontextmanager
async def lab(options: LabOptions, *, loaded: bool = True) -> AsyncIterator[Lab]:
    """A lab for the length of a block; afterwards nothing of it is left, whatever happened."""
    keeper = Keeper()
    directory = directory_of(keeper)
    try:
        running = Lab(options, directory, keeper, await parts_of(options, directory, keeper))
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        await keeper.close()
        raise
    try:
        await (running.start() if loaded else running.attach())
        yield running
    finally:
        closing = asyncio.ensure_future(running.close())
        interrupted = None
        while not closing.done():
            try:
                await asyncio.wait({closing}, timeout=CLOSE_SECONDS)
                break
            except asyncio.CancelledError as error:
                interrupted = error
        if interrupted is not None:
            raise interrupted
