"""Redis is stopped and started: an upgrade, a changed setting, a node that is replaced.

    kept  SAVE, SIGTERM ──▶ every connection ends; the start reads the snapshot
    lost  SIGTERM       ──▶ every connection ends; the start is empty

Scripts and subscriptions are gone in both cases: ``EVALSHA`` answers NOSCRIPT, and a subscriber
that does not subscribe again hears nothing any more (Valkey documentation, "Scripting with Lua",
"Pub/Sub").
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import RedisProcess
from squall_faults.server_down import server_down
from squall_faults.wait_for_connection import sessions_hit


@register("redis.restart", needs=RedisProcess, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class RedisRestart:
    """Stop a Redis server in order; heal by starting it."""

    proxy: str = "redis"
    keys: Literal["kept", "lost"] = "kept"
    """Whether what it held is there afterwards."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.proxy(self.proxy)
        validate.one_of("keys", self.keys, ("kept", "lost"))

    @asynccontextmanager
    async def inject(self, redis: RedisProcess) -> AsyncIterator[Injection]:
        """It bites with each connection that it ends, or who is refused meanwhile."""
        hit = partial(
            sessions_hit, redis.client_connections, redis.connection_attempts,
            "connections ended", later="connections refused",
        )  # fmt: skip
        stop = partial(redis.stop, keep=self.keys == "kept")
        async with server_down(redis, stop, hit) as injection:
            yield injection
