"""Redis stands still: a slow script, a fork of a large process, a frozen virtual machine.

    SIGSTOP ──▶ server
    kernel still accepts connections and acknowledges bytes; nobody reads them
    SIGCONT ──▶ everything goes on where it stood

It has one thread for commands, so a single ``KEYS *`` or a long script does the same to everybody.
Only time-outs of the client itself end the wait; several clients have none unless they are given
one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.lapse import back_early
from squall_faults.ports import RedisProcess
from squall_faults.wait_for_connection import sessions_hit


@register("redis.pause", needs=RedisProcess, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class RedisPause:
    """SIGSTOP a Redis server; heal by SIGCONT."""

    proxy: str = "redis"

    def __post_init__(self) -> None:
        """Refuse what cannot be the name of a dependency."""
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, redis: RedisProcess) -> AsyncIterator[Injection]:
        """It bites with each connection that stands still, or who connects meanwhile."""
        bite = await sessions_hit(
            redis.client_connections, redis.connection_attempts,
            "connections frozen", later="connections left waiting",
        )  # fmt: skip
        try:
            await redis.pause()
            yield Injection(bite, back_early(redis.accepts, "the server runs again"))
        finally:
            await redis.resume()
