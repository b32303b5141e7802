"""The parts of a lab as their users see them, whichever provider made them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from faults.ports import AppControl, DatabaseControl, DatabaseSession
from harness.providers.base import Endpoint


class DatabasePart(DatabaseControl, Protocol):
    """A PostgreSQL server of the lab."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Address of the app's database, for the app's role, behind every proxy."""

    @property
    def admin_url(self) -> str:
        """The same for the superuser."""

    @property
    def log_path(self) -> Path:
        """The server's log."""

    def session(self) -> AbstractAsyncContextManager[DatabaseSession]:
        """A superuser's session for a fault, behind every proxy."""

    async def logged(self, words: str) -> int:
        """How many lines of the server's log have these words."""

    async def accepts(self) -> bool:
        """Whether it lets a session in now."""

    async def close(self) -> None:
        """End it for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A server that follows the primary, and may take its place."""

    database: DatabasePart
    upstream: Endpoint
    """The same, as the last proxy before it reaches it."""


def _nothing_lacks() -> str:
    """A standby can be had."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """How this provider replicates. The stream passes a proxy, so that it can be cut.

    standby ─▶ listen LAST ENGINE BEFORE THE DATABASE ─▶ primary
    """

    listen: Endpoint
    """Where that engine is to listen."""
    standby: Callable[[int], Standby]
    """The standby of this number, not started."""
    lacks: Callable[[], str] = _nothing_lacks
    """What this machine lacks for it; empty when nothing."""


class EnginePart(Protocol):
    """A server that speaks Toxiproxy's HTTP API."""

    @property
    def api(self) -> Endpoint:
        """Address of its API, from this machine; LabError before the start."""

    async def start(self, seed: int) -> None:
        """Start it; returns once its API answers."""

    async def close(self) -> None:
        """End it for good."""


class AppPart(AppControl, Protocol):
    """The app under test."""

    host: str
    port: int
    meant_to_be_down: bool
    times_down: int
    failed_starts: list[int]

    @property
    def log_path(self) -> Path:
        """Everything that the app printed."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""

    @property
    def processor_awaited(self) -> float | None:
        """Seconds that it was ready to run and had no processor; None: not known."""

    async def start(self) -> None:
        """Start it; returns once it is ready."""

    async def ensure(self) -> None:
        """Start it if it ended by itself, and wait for it if it is coming back; or LabError."""

    async def close(self) -> None:
        """End it for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One proxy's way: each address as seen by the part that uses it.

    caller ─▶ listen ENGINE ─▶ meter ─▶ metered METER ─▶ upstream SERVER
    """

    listen: Endpoint
    """Where the engine listens."""
    upstream: Endpoint
    """The server, as the last proxy before it reaches it."""
    metered: Endpoint
    """Where the meter listens, if there is one."""
    meter: Endpoint
    """The same, as the engine reaches it."""


async def _nothing() -> None:
    """Nothing is left to clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a lab is made of."""

    database: DatabasePart
    engine: EnginePart
    meter: EnginePart | None
    app: AppPart
    ways: Mapping[str, Way]
    """By the proxy's name, ``app`` and ``postgres``; empty when the proxies are adopted."""
    app_address: Endpoint
    """The proxy in front of the app, from this machine."""
    app_database_url: str
    """The database's address as the app got it: through the proxy."""
    prefix: str = ""
    """Of our proxies' names in an engine that others use, too."""
    withheld: Mapping[type, str] = field(default_factory=dict)
    """Ports of faults that this lab must not supply, and why."""
    withheld_faults: Mapping[str, str] = field(default_factory=dict)
    """The same for single faults, by key."""
    replication: Replication | None = None
    """None where no standby can be had."""
    adopted: bool = False
    """The proxies are there already, made by somebody else."""
    clear: Callable[[], Awaitable[None]] = _nothing
    """The last step, when every part was closed."""
