"""The lock of an item in Redis has no end.

Mistake: ``SET NX`` without an expiry, and whoever got no reply does not know that it has the lock.
Outage: replies of Redis are lost after the command was run.
Symptom: orders of a few items are refused for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from squall_reference.errors import Overloaded
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-reply-lost", "redis-reply-cut-short")
CAUGHT_BY = ("recovery-time",)
LOAD = "order-hot-item"

TRIES = 20
PAUSE_SECONDS = 0.01


class LockingCache(ItemCache):
    """One order of an item at a time."""

    @asynccontextmanager
    async def changing(self, number: int) -> AsyncIterator[None]:
        """Locked meanwhile, if there is a Redis to lock it."""
        name = f"orders:lock:{number}"
        locked = False
        with suppress(Away):
            locked = await self._locked(name)
        try:
            async with super().changing(number):
                yield
        finally:
            if locked:
                await self._unlocked(name)

    async def _locked(self, name: str) -> bool:
        """True when nobody else has it any more."""
        for _ in range(TRIES):
            if await self._asked(lambda: self._redis.set(name, "1", nx=True)):
                return True
            await asyncio.sleep(PAUSE_SECONDS)
        raise Overloaded

    async def _unlocked(self, name: str) -> None:
        try:
            await self._asked(lambda: self._redis.delete(name))
        except Away:
            return


def create_app() -> FastAPI:
    """The reference app that locks in Redis."""
    return app_with_cache(LockingCache)
