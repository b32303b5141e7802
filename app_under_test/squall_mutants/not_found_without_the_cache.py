"""What cannot be looked up does not exist.

Mistake: an error of the lookup is taken for "there is none".
Outage: Redis is loading its dataset, or refuses connections.
Symptom: 404 for items that are there.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference.errors import NotFound
from squall_reference.orders.model import Item
from squall_reference.services import item_cache
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-loading", "redis-refused")
CAUGHT_BY = ("answer-unlike-calm",)


class FinalCache(ItemCache):
    """It knows all that there is."""

    async def get(self, number: int) -> Item | None:
        """An error is an answer."""
        try:
            found = await self._asked(lambda: self._redis.get(item_cache._key(number)))
        except Away as error:
            raise NotFound from error
        return Item.model_validate_json(found) if found else None


def create_app() -> FastAPI:
    """The reference app that takes its cache for the catalogue."""
    return app_with_cache(FinalCache)
