"""What cannot be looked up is sold out.

Mistake: a stock that the cache does not give is taken for 0.
Outage: connections to Redis are refused.
Symptom: success, with a number that is made up.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference.orders.model import Item
from squall_reference.services import item_cache
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-refused", "redis-loading")
CAUGHT_BY = ("answer-unlike-calm",)


class GuessingCache(ItemCache):
    """It always has an answer."""

    async def get(self, number: int) -> Item | None:
        """Zero is a number, too."""
        try:
            found = await self._asked(lambda: self._redis.get(item_cache._key(number)))
        except Away:
            return Item(id=number, name=f"item {number}", stock=0)
        return Item.model_validate_json(found) if found else None


def create_app() -> FastAPI:
    """The reference app that guesses."""
    return app_with_cache(GuessingCache)
