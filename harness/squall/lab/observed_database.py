"""The database as faults see it: the server, and connection attempts through the proxy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from squall_faults.ports import DatabaseControl, StopMode, Traffic


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ObservedDatabase:
    """Implements ``squall_faults.ports.DatabaseProcess``."""

    current: Callable[[], DatabaseControl]
    """The primary. After a failover it is another server."""
    traffic: Callable[[], Awaitable[Traffic]]
    """The traffic through the proxy in front of it."""

    async def stop(self, mode: StopMode) -> None:
        """Shut down as ``pg_ctl stop -m mode`` does."""
        await self.current().stop(mode)

    async def kill(self) -> None:
        """SIGKILL the postmaster and every backend."""
        await self.current().kill()

    async def pause(self) -> None:
        """SIGSTOP every process of the server."""
        await self.current().pause()

    async def resume(self) -> None:
        """SIGCONT every process of the server."""
        await self.current().resume()

    async def start(self) -> None:
        """Start the server if it is not running."""
        await self.current().start()

    async def client_backends(self) -> int:
        """Sessions of the app now."""
        return await self.current().client_backends()

    async def accepts(self) -> bool:
        """Whether it accepts a session now."""
        return await self.current().accepts()

    async def connection_attempts(self) -> int:
        """Number of connections that the app has opened or tried so far."""
        return (await self.traffic()).accepted
