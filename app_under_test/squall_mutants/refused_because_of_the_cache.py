"""An order is refused because it could not be removed from the cache.

Mistake: the cache is cleared after the COMMIT, and its error is that of the request.
Outage: connections to Redis are refused.
Symptom: 503, "nothing was changed", and the order is there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from squall_reference.errors import Unreachable
from squall_reference.services.item_cache import ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-refused", "redis-crashed")
CAUGHT_BY = ("refused-write-absent",)


class StrictCache(ItemCache):
    """What cannot be cleared has not happened."""

    @asynccontextmanager
    async def changing(self, number: int) -> AsyncIterator[None]:
        """The last step of a request."""
        yield
        if not await self._removed(number):
            raise Unreachable


def create_app() -> FastAPI:
    """The reference app that takes its cache for a part of the transaction."""
    return app_with_cache(StrictCache)
