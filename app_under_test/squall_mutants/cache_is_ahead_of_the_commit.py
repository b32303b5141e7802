"""The cache has the new stock before the database has it.

Mistake: the value is put into the cache in the transaction, after the UPDATE and before COMMIT.
Outage: COMMITs are refused.
Symptom: reads show a stock that was refused, and never was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.orders import repository
from squall_reference.orders.model import Stock, StockRequest
from squall_reference.services import item_cache
from squall_reference.services.item_cache import ItemCache

from squall_mutants.shared import replace
from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("commit-refused", "serialization-failures")
LOAD = "set-hot-stock"

careful = repository.set_stock
caches: list[ItemCache] = []


class EarlyCache(ItemCache):
    """It is written through."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - the reference's
        super().__init__(*arguments)
        caches.append(self)

    @asynccontextmanager
    async def changing(self, _number: int) -> AsyncIterator[None]:
        """It has the new value already."""
        yield


async def write_through(held: AsyncConnection, number: int, wanted: StockRequest) -> Stock:
    """Both at once, as it seems."""
    changed = await careful(held, number, wanted)
    item = await repository.item(held, number)
    kept = int(1000 * item_cache.KEPT_SECONDS)
    await caches[-1]._asked(
        lambda: caches[-1]._redis.set(item_cache._key(number), item.model_dump_json(), px=kept)
    )
    return changed


def create_app() -> FastAPI:
    """The reference app whose cache is ahead."""
    replace(repository, "set_stock", write_through)
    return app_with_cache(EarlyCache)
