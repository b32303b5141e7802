"""The client of Redis repeats what failed, by itself.

Mistake: the library's default policy of repeats, with pauses of seconds, is left as it is.
Outage: connections to Redis are refused for longer than half a second.
Symptom: answers come late, though an error was there at once.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from squall_reference.services import item_cache
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-refused", "redis-unreachable")
CAUGHT_BY = ("answered-in-time",)


class TrustingCache(ItemCache):
    """It leaves time-outs to the client."""

    async def _asked(self, ask: item_cache.Ask) -> Any:  # noqa: ANN401 - the reference's
        try:
            return await ask()
        except item_cache._errors() as error:
            raise Away from error


def as_it_comes(url: str, _seconds: float) -> Redis:
    """The client's defaults."""
    return Redis.from_url(url)


def create_app() -> FastAPI:
    """The reference app with a client that repeats."""
    return app_with_cache(TrustingCache, client=as_it_comes)
