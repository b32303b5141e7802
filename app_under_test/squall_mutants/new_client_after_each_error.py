"""After an error there is a new client of Redis.

Mistake: the old one is left as it is, with its connections.
Outage: replies of Redis are held for longer than the limit.
Symptom: connections and files grow with the errors.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from squall_reference.resilience.circuit_breaker import CircuitBreaker
from squall_reference.services import item_cache
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-read-only", "redis-out-of-memory", "redis-loading")
CAUGHT_BY = ("resources-return",)

urls: list[str] = []
clients: list[Redis] = []


class RenewedCache(ItemCache):
    """Turn it off and on again."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - the reference's
        super().__init__(*arguments)
        self._breaker = CircuitBreaker(self._now, window=1000, threshold=1000)

    async def _asked(self, ask: item_cache.Ask) -> Any:  # noqa: ANN401 - the reference's
        try:
            return await super()._asked(ask)
        except Away:
            self._redis = noted(urls[0], self._seconds)
            raise


careful = item_cache.client


def noted(url: str, seconds: float) -> Redis:
    """They are all there still."""
    urls.append(url)
    clients.append(careful(url, seconds))
    return clients[-1]


def create_app() -> FastAPI:
    """The reference app that collects clients."""
    return app_with_cache(RenewedCache, client=noted)
