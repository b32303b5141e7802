"""What faults need from the world, as structure: the harness supplies it, faults never look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Direction = Literal["upstream", "downstream"]
StopMode = Literal["fast", "immediate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What has passed through one proxy since it was created; all but ``open`` only grow."""

    open: int
    """Client connections that are open now."""
    accepted: int
    """Client connections accepted so far."""
    upstream_bytes: int
    """Bytes read from clients so far."""
    downstream_bytes: int
    """Bytes read from the server so far."""


@runtime_checkable
class NetworkProxy(Protocol):
    """One proxy that speaks the Toxiproxy HTTP API, whichever engine is behind it.

    Whatever it puts into force has a time to live in the engine, where the engine can do that, so
    that a killed harness leaves no fault behind. Every call is bounded in time.
    """

    @property
    def name(self) -> str:
        """Name of the proxy in its engine: ``app`` or ``postgres``."""

    @property
    def resets_live_connections(self) -> bool:
        """Whether the engine can reset connections that exist and are idle."""

    async def add_toxic(
        self,
        name: str,
        kind: str,
        *,
        stream: Direction,
        attributes: Mapping[str, int],
    ) -> None:
        """Add a toxic of Toxiproxy's type ``kind``; InjectionFailed with the server's text."""

    async def update_toxic(self, name: str, *, attributes: Mapping[str, int]) -> None:
        """Change attributes of a toxic on live connections."""

    async def remove_toxic(self, name: str) -> None:
        """Remove a toxic; one that is already gone is no error."""

    async def disable(self) -> None:
        """Stop listening and drop every connection; new ones are refused."""

    async def enable(self) -> None:
        """Listen again on the same port."""

    async def reset_connections(self) -> int:
        """Send RST on every live connection, idle ones too; how many there were."""

    async def traffic(self) -> Traffic:
        """Counters of this proxy, valid while connections live."""


@runtime_checkable
class DatabaseProcess(Protocol):
    """The database server as a process that can be stopped, killed, frozen and started."""

    async def stop(self, mode: StopMode) -> None:
        """Shut down as ``pg_ctl stop -m mode`` does; returns when the server is gone."""

    async def kill(self) -> None:
        """SIGKILL the postmaster and every backend; returns when they are gone."""

    async def pause(self) -> None:
        """SIGSTOP every process of the server."""

    async def resume(self) -> None:
        """SIGCONT every process of the server."""

    async def start(self) -> None:
        """Start the server if it is not running; returns once it accepts connections."""

    async def client_backends(self) -> int:
        """Sessions of the app now: client backends, without the harness's own."""
