"""Nothing bounds the wait for Redis.

Mistake: the client has no time-outs, as it had none by default for years.
Outage: Redis is silent for longer than a request's deadline.
Symptom: requests are answered late, though the database is well.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from squall_reference.services import item_cache
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-silent", "redis-frozen")
CAUGHT_BY = ("answered-in-time",)


class PatientCache(ItemCache):
    """It waits."""

    async def _asked(self, ask: item_cache.Ask) -> Any:  # noqa: ANN401 - the reference's
        try:
            return await ask()
        except item_cache._errors() as error:
            raise Away from error


def without_limits(url: str, _seconds: float) -> Redis:
    """For ever."""
    return Redis.from_url(url, socket_timeout=None, socket_connect_timeout=None)


def create_app() -> FastAPI:
    """The reference app that waits for its cache."""
    return app_with_cache(PatientCache, client=without_limits)
