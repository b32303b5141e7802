"""Everything that Redis held is gone: FLUSHALL by mistake, an eviction, a new empty node.

    FLUSHALL ──▶ server: no key is left; connections stay open

A cache misses for everybody at once. What was kept nowhere else is lost: sessions, rate limits,
locks, idempotency keys.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.errors import InjectionFailed
from squall_faults.fault import Bite, Injection
from squall_faults.ports import RedisProcess

AGAIN_SECONDS = 0.002
"""Keys of a cache with a short time to live are gone at some moments."""


@register("redis.flush", needs=RedisProcess, effect=Effect.FORGETS)
@dataclass(frozen=True, slots=True, kw_only=True)
class RedisFlush:
    """Remove every key once: at injection, or as soon as there is one."""

    proxy: str = "redis"

    def __post_init__(self) -> None:
        """Refuse what cannot be the name of a dependency."""
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, redis: RedisProcess) -> AsyncIterator[Injection]:
        """It bites with each key removed; there is nothing to undo."""
        flushed = _Flushed(await redis.flush())
        task = asyncio.create_task(_flush_first(redis, flushed))

        async def bite() -> Bite:
            return Bite(count=flushed.keys, what="keys removed")

        try:
            yield Injection(bite)
        finally:
            task.cancel()
            await asyncio.wait({task})


@dataclass(slots=True)
class _Flushed:
    keys: int


async def _flush_first(redis: RedisProcess, flushed: _Flushed) -> None:
    """Until there was a key; at once if there was one, or if the server fails."""
    with contextlib.suppress(InjectionFailed):
        while not flushed.keys:
            await asyncio.sleep(AGAIN_SECONDS)
            flushed.keys = await redis.flush()
