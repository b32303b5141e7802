"""A Redis server as faults see it: the server, and connections through the proxy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from squall_faults.ports import RedisControl, Traffic


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ObservedRedis:
    """Implements ``squall_faults.ports.RedisProcess``."""

    server: RedisControl
    traffic: Callable[[], Awaitable[Traffic]]
    """The traffic through the proxy in front of it."""

    async def stop(self, *, keep: bool) -> None:
        """SIGTERM; ``keep``: what it holds is there again after the start."""
        await self.server.stop(keep=keep)

    async def kill(self) -> None:
        """SIGKILL it."""
        await self.server.kill()

    async def pause(self) -> None:
        """SIGSTOP it."""
        await self.server.pause()

    async def resume(self) -> None:
        """SIGCONT it."""
        await self.server.resume()

    async def start(self) -> None:
        """Start it if it is not running."""
        await self.server.start()

    async def accepts(self) -> bool:
        """Whether it answers a client now."""
        return await self.server.accepts()

    async def flush(self) -> int:
        """Remove every key; how many there were."""
        return await self.server.flush()

    async def client_connections(self) -> int:
        """Connections that the app has open now."""
        return (await self.traffic()).open

    async def connection_attempts(self) -> int:
        """Connections that the app has opened or tried so far."""
        return (await self.traffic()).accepted
