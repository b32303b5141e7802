"""Protocols for the components of a lab, implemented by each provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from squall_faults.ports import AppControl, DatabaseControl, DatabaseSession, WorkerControl

from squall.lab.app_resources import HeldResources
from squall.lab.credentials import DatabaseSecrets
from squall.lab.endpoint import Endpoint
from squall.lab.termination import Termination


class DatabaseComponent(DatabaseControl, Protocol):
    """A PostgreSQL server of the lab."""

    host: str
    port: int
    secrets: DatabaseSecrets

    @property
    def url(self) -> str:
        """Address of the app's database for the app's role, not through a proxy."""

    @property
    def admin_url(self) -> str:
        """The same for the superuser."""

    @property
    def log_path(self) -> Path:
        """The server's log."""

    @property
    def unasked_end(self) -> str:
        """How the server exited although nothing stopped it; empty if it did not."""

    def session(self, *, wait_seconds: float = ...) -> AbstractAsyncContextManager[DatabaseSession]:
        """A superuser's session for a fault, not through a proxy."""

    async def logged(self, words: str) -> int:
        """Number of lines in the server's log that contain these words."""

    async def close(self) -> None:
        """Stop it permanently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A server that follows the primary and can replace it."""

    database: DatabaseComponent
    upstream: Endpoint
    """Its address as the last proxy in front of it reaches it."""


def _nothing_lacks() -> str:
    """A standby is available."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """How this provider replicates. The stream passes a proxy, so that it can be cut.

    standby ─▶ listen LAST ENGINE BEFORE THE DATABASE ─▶ primary
    """

    listen: Endpoint
    """Where that engine listens."""
    standby: Callable[[int], Standby]
    """Create the standby with this number, not started."""
    unsupported_reason: Callable[[], str] = _nothing_lacks
    """What this machine lacks for it; empty if nothing."""


class EngineComponent(Protocol):
    """A server that speaks Toxiproxy's HTTP API."""

    @property
    def api(self) -> Endpoint:
        """Address of its API, from this machine. LabError before the start."""

    @property
    def token(self) -> str:
        """The token that its API expects in each request; empty if none."""

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not."""

    async def start(self, seed: int) -> None:
        """Start it. Returns when its API answers."""

    async def close(self) -> None:
        """Stop it permanently."""


class AppComponent(AppControl, Protocol):
    """The app under test."""

    scheme: str
    """``http`` or ``https``."""
    host: str
    port: int
    meant_to_be_down: bool
    times_down: int
    failed_starts: list[int]
    terminations: list[Termination]
    start_seconds: float
    """Of its last start that succeeded; 0 if unknown."""

    @property
    def log_path(self) -> Path:
        """Everything that the app printed."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""

    @property
    def processor_awaited(self) -> float | None:
        """Seconds for which it was ready to run and waited for a CPU; None if unknown."""

    def held_resources(self) -> HeldResources | None:
        """What it holds of the machine; None: not known."""

    def pids(self) -> Sequence[int]:
        """Its processes; none if they are not visible here."""

    async def start(self) -> None:
        """Start it. Returns when it is ready."""

    async def ensure(self) -> None:
        """Start it if it has exited, or wait if it is coming back. Raises LabError otherwise."""

    async def close(self) -> None:
        """Stop it permanently."""


class DependencyComponent(Protocol):
    """A server other than PostgreSQL that the app depends on."""

    @property
    def name(self) -> str:
        """The name of its proxy."""

    @property
    def kind(self) -> str:
        """``redis``, ``http`` for a stand-in, or ``tcp`` for any other server."""

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not."""

    async def start(self) -> None:
        """Start it. Returns when it answers."""

    async def accepts(self) -> bool:
        """Whether it accepts a client now."""

    async def close(self) -> None:
        """Stop it permanently."""


class WorkerComponent(WorkerControl, Protocol):
    """A process of the app other than its server."""

    name: str

    async def start(self) -> None:
        """Start it, and restart it from now on when it exits."""

    async def close(self) -> None:
        """Stop it permanently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRoute:
    """The route through one proxy: each address as seen by the component that uses it.

    caller ─▶ listen ENGINE ─▶ meter ─▶ metered METER ─▶ upstream SERVER
    """

    listen: Endpoint
    """Where the engine listens."""
    upstream: Endpoint
    """The server's address as the last proxy in front of it reaches it."""
    metered: Endpoint
    """Where the metering proxy listens, if there is one."""
    meter: Endpoint
    """The same address as the engine reaches it."""


async def _nothing() -> None:
    """Nothing remains to be removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """The components of a lab."""

    database: DatabaseComponent
    engine: EngineComponent
    meter: EngineComponent | None
    app: AppComponent
    another_app: Callable[[], AppComponent] | None = None
    """Create another copy of the app, not started; None if this provider has only one."""
    ways: Mapping[str, ProxyRoute]
    """By name of the proxy: ``app``, ``postgres``, dependencies; empty if the proxies are
    adopted.
    """
    app_address: Endpoint
    """The proxy in front of the app, from this machine."""
    app_database_url: str
    """The database's address as passed to the app: through the proxy."""
    prefix: str = ""
    """Prefix of Squall's proxy names in an engine that is shared with others."""
    withheld: Mapping[type, str] = field(default_factory=dict)
    """Ports of faults that this lab must not supply, each with the reason."""
    withheld_faults: Mapping[str, str] = field(default_factory=dict)
    """The same for single faults, by key."""
    dependencies: Sequence[DependencyComponent] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    """Variables that pass the dependencies' addresses to app and set-up."""
    reached: Sequence[int] = ()
    """Ports of the proxies that app and set-up connect to."""
    workers: Sequence[WorkerComponent] = ()
    replication: Replication | None = None
    """None if no standby is available."""
    adopted: bool = False
    """Whether the proxies already exist and were created by someone else."""
    clear: Callable[[], Awaitable[None]] = _nothing
    """The last step, after all components were closed."""

    def servers(self) -> dict[str, EngineComponent | DependencyComponent | None]:
        """Engines and dependencies by name, each of which must run as long as the lab."""
        return {
            "engine": self.engine,
            "meter": self.meter,
            **{one.name: one for one in self.dependencies},
        }
