"""A lab: PostgreSQL, proxy, app, workload and observer, started together and always cleaned up.

    workload ──▶ proxy "app" ──▶ app ──▶ proxy "postgres" ──▶ [meter] ──▶ PostgreSQL ◀── observer

The metering proxy exists if the engine is the real Toxiproxy (see :mod:`squall_faults.toxiproxy`).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from squall_faults import Fault, FaultUnavailable
from squall_faults.ports import Traffic, UpstreamServer, WireProxy

from squall.core.clock import MonotonicClock
from squall.core.errors import LabError
from squall.core.ids import derived_seed
from squall.core.logs import logged, logged_step
from squall.core.run_to_end import run_to_end
from squall.history.coverage import Coverage
from squall.lab.cluster import Cluster
from squall.lab.component_watch import ComponentWatch
from squall.lab.components import Components, DatabaseComponent
from squall.lab.database_use import AppAccess, verify_database_is_used
from squall.lab.endpoint import Endpoint
from squall.lab.error_budget import ErrorBudget
from squall.lab.factory import create_components, lab_directory
from squall.lab.fault_ports import FaultPorts
from squall.lab.isolation.usual_ports import give_back
from squall.lab.lab_options import LabOptions
from squall.lab.login_flow import remember_secrets
from squall.lab.made_rows import MadeRows
from squall.lab.observed_database import ObservedDatabase
from squall.lab.observer import Observer
from squall.lab.observer_identity import verify_same_database
from squall.lab.open_files import ensure_open_files
from squall.lab.private_directory import explain_full_disk
from squall.lab.providers.process import lab_registry
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.proxies import ProxySet, create_proxies, task_group
from squall.lab.readiness import accepts_soon
from squall.lab.roles import Roles
from squall.lab.scenario_needs import missing_need
from squall.lab.second_copy import SecondCopyRunner
from squall.lab.seen_in_calm import SeenInCalm
from squall.lab.setup import SetupPlace, run_setup, stand_ins_used
from squall.lab.upstream_record import requests_without_answer, stand_in_of
from squall.lab.variables import with_variables
from squall.lab.warm_up import USUAL_RATE, warm_up
from squall.lab.worker_set import start_workers
from squall.scenario.model import Scenario
from squall.workload.login import Login

CLOSE_SECONDS = 10.0
ENCRYPTED = "the app's sessions with its database are encrypted (TLS): messages cannot be read"


class Lab:
    """A running lab. Create it with :func:`lab`."""

    setup_unseen: Sequence[str] = ()
    """Commands of the set-up that never connected to the lab's database."""

    stand_ins: Sequence[str] = ()
    """Extensions of the app for which the server only has a stand-in."""

    unanswered: Sequence[str] = ()
    """Requests of the app for which a stand-in has no answer, one line for each stand-in."""

    bearable_rate = USUAL_RATE
    """Requests per second that the app answers quickly without a fault."""

    def __init__(
        self, options: LabOptions, directory: Path, keeper: Watchdog, parts: Components
    ) -> None:
        self.options = options
        self.profile = options.profile
        self.calm = SeenInCalm()
        self.derived = False
        """Whether the operations come from the app's OpenAPI document."""
        self.coverage = Coverage()
        """Which operations of the app's API are requested, and which reach the database."""
        self.directory = directory
        self.keeper = keeper
        self.workload = options.workload()
        self.budget = ErrorBudget(options.error_budget)
        self._parts = parts
        self._cluster = Cluster(parts)
        self.app = parts.app
        self.app_address = parts.app_address
        observed = ObservedDatabase(lambda: self.database, self.database_traffic)
        self._ports = FaultPorts(parts, self._cluster, observed, self.workload)
        self._wiring = ProxySet(proxies={}, servers=())
        self.copies = SecondCopyRunner(
            parts, lambda: self.database, lambda: self._wiring.servers[0]
        )
        self._ports.copies = self.copies if parts.another_app is not None else None
        watched = {
            "PostgreSQL": self._cluster,
            "workload": self.workload,
            "watchdog": keeper,
            **parts.servers(),
        }
        self.watch = ComponentWatch(watched, MonotonicClock())
        """Notices components that exit unexpectedly."""
        self._traffic: Callable[[], Awaitable[Traffic]] | None = None
        self._roles = Roles()
        self._made = MadeRows(lambda: self.database)
        self.before_app: Callable[[Lab], Awaitable[None]] | None = None
        """If set, it is called once database and proxies are up, and no load is started."""

    @property
    def database(self) -> DatabaseComponent:
        """The primary. After a failover it is another server."""
        return self._cluster.primary

    @property
    def upstreams(self) -> Mapping[str, UpstreamServer]:
        """The stand-ins of HTTP servers, by name."""
        found = {one.name: stand_in_of(one) for one in self._parts.dependencies}
        return {name: one for name, one in found.items() if one is not None}

    @property
    def observer(self) -> Observer:
        """Observes the primary, not through a proxy."""
        return self._cluster.observer

    @property
    def engine_name(self) -> str:
        """``embedded`` or ``toxiproxy``."""
        return "toxiproxy" if self._parts.meter is not None else "embedded"

    @property
    def app_database_url(self) -> str:
        """The database's address as passed to the app: through the proxy."""
        return self._parts.app_database_url

    @property
    def load_url(self) -> str:
        """Where the load goes: the proxy in front of the app, by the name of an attached app."""
        attach = self.options.attach
        return f"http://{self.app_address}" if attach is None else attach.url_at(self.app_address)

    @property
    def engine_address(self) -> str:
        """Address of the engine's HTTP API, for any Toxiproxy client."""
        return f"http://{self._parts.engine.api}"

    async def start(self) -> None:
        """Start everything at once. Returns when the app is ready.

        Raises:
            LabError: a component did not start; the message has the end of its log.
        """
        if self.before_app is not None:
            await self._start_tapped(self.before_app)
            return
        # The workload process exits when its input ends.
        await logged_step("workload: starting its process", self.workload.start_process())
        commands = self.profile.setup or self.profile.seed
        patient = self.profile.starts_without_database and not commands
        async with task_group() as group:
            self._start_servers(group)
            group.create_task(logged_step("workload: getting ready", self.workload.ready()))
            if patient:
                group.create_task(logged_step("app: starting", self.app.start()))
        if not patient:
            await self._set_up_and_start_app()
        await start_workers(self._parts.workers)

    async def _start_tapped(self, before_app: Callable[[Lab], Awaitable[None]]) -> None:
        """Start without a load, and start what must exist before the app."""
        async with task_group() as group:
            self._start_servers(group)
        await before_app(self)
        await self._set_up_and_start_app()
        await start_workers(self._parts.workers)

    def _start_servers(self, group: asyncio.TaskGroup) -> None:
        """What the app depends on, and the proxies in front of it."""
        up = group.create_task(logged_step("PostgreSQL: starting", self.database.start()))
        group.create_task(logged_step("engine and proxies: starting", self._wire(up)))
        for needed in self._parts.dependencies:
            group.create_task(logged_step(f"{needed.name}: starting", needed.start()))

    async def _set_up_and_start_app(self) -> None:
        place = SetupPlace.of(
            self.profile, self._parts, self.database, self.database_traffic, self.directory,
            self.keeper,
        )  # fmt: skip
        with logged("setup: running"):
            self.setup_unseen = await run_setup(self.profile.setup, place)
        await logged_step("app: starting", self.app.start())
        with logged("seed: running"):
            await run_setup(self.profile.seed, place)
        self.stand_ins = await stand_ins_used(self.database)

    async def introduce(self) -> None:
        """Discover the app's operations. LabError if none reaches the database."""
        log, attach = self.app.log_path, self.options.attach
        talk = AppAccess.of(self.database_traffic, log, attach, self.observer, self._made)
        url = f"{self.app.scheme}://{self.app.host}:{self.app.port}"
        with logged("app: discovering its operations"):
            discovery = await verify_database_is_used(self.profile, url, self.options.seed, talk)
        self.derived = not self.profile.operations
        coverage = dataclasses.replace(
            discovery.coverage, minimum_percent=self.profile.min_coverage
        )
        discovery = dataclasses.replace(discovery, coverage=coverage)
        self.profile, self.coverage = discovery.profile, discovery.coverage
        self._roles = discovery.roles
        if self.derived and self.before_app is None:
            warmed = await warm_up(self.workload, discovery, self.load_url, self.app)
            self.profile, self.coverage = warmed.profile, warmed.coverage
            self.bearable_rate = warmed.rate_per_second
        self.unanswered = await requests_without_answer(self)
        if self.options.attach is not None and await self.observer.encrypted_sessions():
            self._ports.withhold(WireProxy, ENCRYPTED)

    @property
    def logins(self) -> tuple[Login, ...]:
        """The logins of the discovery, declared or found, as they can be declared."""
        return self._roles.logins()

    async def renew_rights(self, seconds: float) -> None:
        """Log in again if credentials would expire within these seconds, or the app was down.

        Raises:
            LabError: the login is refused.
        """
        self.profile = await self._roles.renew(self.profile, seconds, self.app.times_down)

    async def attach(self) -> None:
        """Use the components without a load, for interactive faults.

        Raises:
            LabError: a component is not up, or has a fault in force.
        """
        async with task_group() as group:
            up = group.create_task(logged_step("PostgreSQL: starting", self.database.start()))
            group.create_task(logged_step("engine and proxies: starting", self._wire(up)))
            group.create_task(logged_step("app: starting", self.app.start()))

    def unsupported_reason(self, scenario: Scenario) -> str:
        """Why a scenario cannot be run here; empty if it can."""
        if need := missing_need(scenario.needs, self.profile.operations):
            return need
        for step in scenario.steps:
            try:
                self.port_for(step.fault)
            except FaultUnavailable as error:
                return str(error)
        return ""

    async def _wire(self, database_is_up: Awaitable[object]) -> None:
        seed = derived_seed(self.options.seed, "engine")
        self._wiring = await create_proxies(self._parts, seed, database_is_up)
        self._ports.proxies = self._wiring.proxies
        self._cluster.wired(self._wiring.servers[0])

    def port_for(self, fault: Fault) -> object:
        """The component for this port.

        Raises:
            FaultUnavailable: this lab cannot supply it.
        """
        return self._ports.supply(fault)

    async def broken(self) -> str:
        """Empty if the lab is intact; else what is still in force."""
        if lost := self.watch.lost():
            return ", ".join(f"{end.component} {end.how}" for end in lost)
        left = [await server.whole() for server in self._wiring.servers]
        if not await accepts_soon(self.database.accepts):
            left.append("PostgreSQL does not accept connections")
        left += [
            f"{needed.name} does not answer"
            for needed in self._parts.dependencies
            if not await needed.accepts()
        ]
        return ", ".join(text for text in left if text)

    async def database_traffic(self) -> Traffic:
        """What the proxy in front of the database has counted so far."""
        if self._traffic is not None:
            return await self._traffic()
        return await self._wiring.proxies["postgres"].traffic()

    async def hand_over_database_proxy(
        self, traffic: Callable[[], Awaitable[Traffic]]
    ) -> tuple[Endpoint, Endpoint]:
        """Remove the proxy in front of the database. The caller listens there from now on.

        Args:
            traffic: counts what passes there, in place of the proxy.

        Returns:
            The address to which the app connects, and that of the database.

        Raises:
            LabError: this process cannot replace the proxy on the app's route to its database.
        """
        if self.options.provider != "process" or "postgres" not in self._parts.ways:
            raise LabError(
                f"provider {self.options.provider}: statements can only be taken over on this"
                " machine; leave out --provider"
            )
        for server in self._wiring.servers:
            await server.remove(self._parts.prefix + "postgres")
        self._traffic = traffic
        listen = self._parts.ways["postgres"].listen
        return listen, Endpoint(self.database.host, self.database.port)

    async def verify_observer(self) -> None:
        """LabError unless the observer sees the database that the app's connections reach."""
        if self.options.provider == "process" and self.options.attach is None:
            await verify_same_database(self.observer, self._parts.app_database_url)

    async def tidy(self) -> None:
        """Remove what faults leave behind by design: silent connections, spare servers."""
        for proxy in self._wiring.proxies.values():
            await proxy.close_silent()
        await self._cluster.tidy()

    async def ensure_app(self) -> None:
        """Make sure that the app runs for the next outage. Raises LabError if it does not."""
        await self.app.ensure()

    async def close(self) -> None:
        """Close all components and remove the lab's directory. Never raises."""
        parts = [
            logged_step("workload: ending", self.workload.close()),
            logged_step("app: ending", self.app.close()),
            *(worker.close() for worker in self._parts.workers),
            self.observer.close(),
            self._made.close(),
        ]
        await asyncio.gather(*parts, return_exceptions=True)
        engines = [
            logged_step("engine: ending", one.close())
            for one in (self._parts.engine, self._parts.meter)
            if one
        ]
        servers = logged_step("PostgreSQL: ending", self._cluster.close())
        others = [needed.close() for needed in self._parts.dependencies]
        await asyncio.gather(*engines, servers, *others, return_exceptions=True)
        await asyncio.gather(self._parts.clear(), return_exceptions=True)
        give_back(way.listen.port for way in self._parts.ways.values())
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)
        self.keeper.forget_directory(self.directory)
        with contextlib.suppress(Exception):
            await self.keeper.close()


@asynccontextmanager
async def lab(
    options: LabOptions,
    *,
    loaded: bool = True,
    introduced: bool = True,
    before_app: Callable[[Lab], Awaitable[None]] | None = None,
) -> AsyncIterator[Lab]:
    """A lab for the length of a block. Afterwards nothing of it is left, whatever happened."""
    ensure_open_files()
    await asyncio.to_thread(lab_registry.end_abandoned)
    options = replace(options, profile=with_variables(options.profile))
    remember_secrets(options.profile)
    keeper = Watchdog()
    try:
        running = await _made(options, keeper)
    except BaseException:
        await keeper.close()
        raise
    try:
        running.before_app = before_app
        with explain_full_disk(running.directory):
            await (running.start() if loaded else running.attach())
        if loaded and introduced:
            await running.introduce()
        yield running
    finally:
        await run_to_end(running.close(), CLOSE_SECONDS)


async def _made(options: LabOptions, keeper: Watchdog) -> Lab:
    directory = lab_directory(keeper)
    try:
        return Lab(options, directory, keeper, await create_components(options, directory, keeper))
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
