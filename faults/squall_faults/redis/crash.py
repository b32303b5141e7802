"""Redis dies without a word: out of memory, a node that fails, ``kill -9``.

    SIGKILL ──▶ server
    client ◀──RST or FIN── kernel       in the middle of whatever it did
    start   ──▶ an empty server         keys, scripts and subscriptions are gone

A cache is empty afterwards and everybody asks the database at once. What was kept nowhere else,
such as sessions, locks and queued jobs, is lost.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import RedisProcess
from squall_faults.server_down import server_down
from squall_faults.wait_for_connection import sessions_hit


@register("redis.crash", needs=RedisProcess, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCrash:
    """SIGKILL a Redis server; heal by starting it, empty."""

    proxy: str = "redis"

    def __post_init__(self) -> None:
        """Refuse what cannot be the name of a dependency."""
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, redis: RedisProcess) -> AsyncIterator[Injection]:
        """It bites with each connection that it ends, or who is refused meanwhile."""
        hit = partial(
            sessions_hit, redis.client_connections, redis.connection_attempts,
            "connections killed", later="connections refused",
        )  # fmt: skip
        async with server_down(redis, redis.kill, hit) as injection:
            yield injection
