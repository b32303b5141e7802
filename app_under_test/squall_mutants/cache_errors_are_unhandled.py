"""An error of Redis is an error of the request.

Mistake: nobody thought that a cache can fail.
Outage: connections to Redis are refused.
Symptom: status 500, though the database is well.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from squall_reference.services import item_cache
from squall_reference.services.item_cache import ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-refused", "redis-loading")
CAUGHT_BY = ("error-contract",)


class CarelessCache(ItemCache):
    """It hopes."""

    async def _asked(self, ask: item_cache.Ask) -> Any:  # noqa: ANN401 - the reference's
        async with asyncio.timeout(self._seconds):
            return await ask()

    async def _remove(self, number: int) -> None:
        await self._removed(number)


def create_app() -> FastAPI:
    """The reference app that fails with its cache."""
    return app_with_cache(CarelessCache)
