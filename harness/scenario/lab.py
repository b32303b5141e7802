"""A lab: PostgreSQL, proxy, app, workload and observer, started together and ended for certain.

    workload ──▶ proxy "app" ──▶ app ──▶ proxy "postgres" ──▶ [meter] ──▶ PostgreSQL ◀── observer

The meter is there when the engine is the real Toxiproxy, which counts nothing while connections
live (see :mod:`faults.toxiproxy`).
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from faults import Fault, FaultUnavailable
from faults.catalogue import entry_of
from faults.ports import (
    AppControl,
    Callers,
    DatabaseProcess,
    DatabaseServer,
    NetworkProxy,
    Traffic,
    WireProxy,
)
from faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer
from harness.core.errors import LabError
from harness.core.ids import derived_seed
from harness.providers.base import Endpoint, free_port
from harness.providers.observer import Observer
from harness.providers.process.app import AppProcess
from harness.providers.process.keeper import Keeper
from harness.providers.process.postgres import PostgresProcess
from harness.providers.process.proxy import INSTALL, ProxyProcess, find_toxiproxy
from harness.providers.process.template import APP_ROLE, DATABASE
from harness.scenario.discover import discovered
from harness.scenario.model import Scenario
from harness.scenario.profile import AppProfile, DatabaseAddress
from harness.scenario.setup import run_setup
from harness.workload.client import Workload

CLOSE_SECONDS = 10.0
PROTOCOLS = {"postgres": "postgresql", "app": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabOptions:
    """Which lab is wanted."""

    profile: AppProfile
    engine: str = "embedded"
    """``embedded``, ``toxiproxy``, or the path of a toxiproxy-server program."""
    seed: int = 0


class Lab:
    """A running lab; made by :func:`lab`."""

    def __init__(self, options: LabOptions, directory: Path, keeper: Keeper) -> None:
        self.options = options
        self.profile = options.profile
        self.derived = False
        """Whether the operations come from the app's OpenAPI document."""
        self.left_out: Mapping[str, str] = {}
        """What of the app's API is not asked, and why."""
        self.directory = directory
        self.keeper = keeper
        self.workload = Workload()
        self.database = PostgresProcess(directory, keeper)
        self.observer = Observer(self.database.admin_url)
        self._binary = _program(options.engine)
        self._engine = ProxyProcess(directory, keeper, self._binary)
        self._meter = ProxyProcess(directory, keeper) if self._binary else None
        self.app_address = Endpoint("127.0.0.1", free_port())
        self._database_address = Endpoint("127.0.0.1", free_port())
        self._proxies: dict[str, ToxiproxyProxy] = {}
        self._servers: list[ToxiproxyServer] = []
        self.app = self._new_app()

    @property
    def engine_name(self) -> str:
        """``embedded`` or ``toxiproxy``."""
        return "toxiproxy" if self._binary else "embedded"

    @property
    def app_database_url(self) -> str:
        """The database's address as the app gets it: through the proxy."""
        own, proxied = f":{self.database.port}/", f":{self._database_address.port}/"
        return self.database.url.replace(own, proxied)

    @property
    def engine_address(self) -> str:
        """Address of the engine's HTTP API, where every Toxiproxy client can look."""
        return f"http://{self._engine.api}"

    def _new_app(self) -> AppProcess:
        profile = self.profile
        return AppProcess(
            self.directory,
            self.keeper,
            profile.target,
            factory=profile.factory,
            environment=self._environment(self._database_address),
            cwd=profile.cwd,
            ready_path=profile.ready_path,
        )

    def _environment(self, database: Endpoint) -> dict[str, str]:
        address = DatabaseAddress(
            user=APP_ROLE, host=database.host, port=database.port, name=DATABASE
        )
        return {**self.profile.environment, **self.profile.database_environment(address)}

    async def start(self) -> None:
        """Start everything at once; returns when the app is ready and knows what it can be asked.

        Raises:
            LabError: a part did not start; the message has its last words.
        """
        await self.workload.start_process(self._spawned)
        patient = self.profile.starts_without_database and not self.profile.setup
        async with _together() as group:
            group.create_task(self.database.start())
            group.create_task(self._wire())
            group.create_task(self.workload.ready())
            if patient:
                group.create_task(self.app.start())
        if not patient:
            direct = Endpoint(self.database.host, self.database.port)
            environment = self._environment(direct)
            await run_setup(self.profile, environment, self.directory / "setup.log", self.keeper)
            await self.app.start()
        base_url = f"http://{self.app.host}:{self.app.port}"
        discovery = await discovered(self.profile, base_url, self.options.seed)
        self.derived = discovery.profile is not self.profile
        self.profile, self.left_out = discovery.profile, discovery.left_out

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
        """Start the engine, and the meter behind a real Toxiproxy, and create the proxies."""
        seed = derived_seed(self.options.seed, "engine")
        database, app = (
            Endpoint("127.0.0.1", self.database.port),
            Endpoint("127.0.0.1", self.app.port),
        )
        meter = None
        if self._meter is not None:
            await self._meter.start(seed)
            meter = ToxiproxyServer(self._meter.api.host, self._meter.api.port)
            database = await self._metered(meter, "postgres", database)
            app = await self._metered(meter, "app", app)
            self._servers.append(meter)
        await self._engine.start(seed)
        server = ToxiproxyServer(self._engine.api.host, self._engine.api.port)
        self._servers.append(server)
        ways = {"postgres": (self._database_address, database), "app": (self.app_address, app)}
        for name, (listen, upstream) in ways.items():
            await server.create(
                name, upstream=str(upstream), listen=str(listen), protocol=PROTOCOLS[name]
            )
            self._proxies[name] = ToxiproxyProxy(server, name, meter=meter)

    async def _metered(self, meter: ToxiproxyServer, name: str, upstream: Endpoint) -> Endpoint:
        listen = Endpoint("127.0.0.1", free_port())
        await meter.create(
            name, upstream=str(upstream), listen=str(listen), protocol=PROTOCOLS[name]
        )
        return listen

    def port_for(self, fault: Fault) -> object:
        """What the fault needs.

        Raises:
            FaultUnavailable: this lab cannot supply it.
        """
        needs = entry_of(fault).needs
        supplied: dict[type, object] = {
            DatabaseProcess: self.database,
            DatabaseServer: self.database,
            AppControl: self.app,
            Callers: self.workload,
        }
        if needs in (NetworkProxy, WireProxy):
            return self._proxies[str(getattr(fault, "proxy", "postgres"))]
        if needs in supplied:
            return supplied[needs]
        raise FaultUnavailable(f"this lab has no {needs.__name__}")

    async def broken(self) -> str:
        """Empty when the lab is whole; else what is still in force."""
        left = [await server.whole() for server in self._servers]
        if not await self.database.accepts():
            left.append("PostgreSQL does not accept connections")
        return ", ".join(text for text in left if text)

    async def database_traffic(self) -> Traffic:
        """What the proxy to the database has seen so far."""
        return await self._proxies["postgres"].traffic()

    async def tidy(self) -> None:
        """Close what faults leave behind by their nature: connections that went silent for good."""
        for proxy in self._proxies.values():
            await proxy.close_silent()

    async def ensure_app(self) -> None:
        """Start the app anew if its process ended."""
        if self.app.exit_code is not None:
            await self.app.start()

    async def close(self) -> None:
        """End every part and remove the lab's directory; never raises."""
        parts = [self.workload.close(), self.app.close(), self.observer.close()]
        await asyncio.gather(*parts, return_exceptions=True)
        engines = [engine.close() for engine in (self._engine, self._meter) if engine is not None]
        await asyncio.gather(*engines, self.database.close(), return_exceptions=True)
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)
        self.keeper.forget_directory(self.directory)
        with contextlib.suppress(Exception):
            await self.keeper.close()


def _program(engine: str) -> str | None:
    """The real server's program, or None for the embedded engine."""
    if engine == "embedded":
        return None
    found = find_toxiproxy(None if engine == "toxiproxy" else engine)
    if found is None or (engine != "toxiproxy" and shutil.which(engine) is None):
        raise LabError(
            f"engine {engine!r}: no toxiproxy-server was found; install one with: {INSTALL}\n"
            "  and name it: --engine PATH, or SQUALL_TOXIPROXY_BIN=PATH"
        )
    return found


@asynccontextmanager
async def _together() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group whose first LabError comes out as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except* LabError as errors:
        raise errors.exceptions[0] from None


def _directory(keeper: Keeper) -> Path:
    """A directory of the lab, kept by the keeper; the server's account may pass through it."""
    directory = Path(tempfile.mkdtemp(prefix="squall-")).resolve()
    keeper.watch_directory(directory)
    directory.chmod(0o755)
    return directory


@asynccontextmanager
async def lab(options: LabOptions) -> AsyncIterator[Lab]:
    """A lab for the length of a block; afterwards nothing of it is left, whatever happened."""
    keeper = Keeper()
    directory = _directory(keeper)
    try:
        running = Lab(options, directory, keeper)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        await keeper.close()
        raise
    try:
        await running.start()
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
