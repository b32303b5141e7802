"""Redis is asked with the synchronous client.

Mistake: ``redis.Redis`` in an ``async def`` works, as long as Redis is quick.
Outage: Redis is silent.
Symptom: the event loop stands still, with it all other requests and the liveness probe.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from redis import Redis
from squall_reference.services import item_cache
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-silent", "redis-frozen")
CAUGHT_BY = ("answered-in-time",)


class BlockingCache(ItemCache):
    """Whoever asks stops everybody."""

    async def _asked(self, ask: item_cache.Ask) -> Any:  # noqa: ANN401 - the reference's
        try:
            return ask()
        except item_cache._errors() as error:
            raise Away from error

    async def close(self) -> None:
        """The synchronous one."""
        self._redis.close()


def synchronous(url: str, _seconds: float) -> Redis:
    """Without ``asyncio``."""
    return Redis.from_url(url, socket_timeout=5)


def create_app() -> FastAPI:
    """The reference app that blocks."""
    return app_with_cache(BlockingCache, client=synchronous)
