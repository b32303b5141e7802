"""An item that is changed is locked in Redis, and the lock has no time to live.

Mistake: ``SET lock 1 NX`` without ``PX``; a ``finally`` deletes it.
Outage: the app is killed, or Redis is away when the lock is to be deleted.
Symptom: nobody can order this item any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from squall_reference.errors import InFlight
from squall_reference.services.item_cache import Away, ItemCache

from squall_mutants.shared.services import app_with_cache

EXPOSED_BY = (
    "app-crash",
    "deploy-under-load",
    "redis-connections-dropped",
    "redis-reply-lost",
    "redis-silent",
    "redis-refused",
    "redis-out-of-memory",
    "redis-crashed",
)
SET = "seventh"
SERVICES = True

TRIES = 30
PAUSE_SECONDS = 0.01


class Locking(ItemCache):
    """One change of an item at a time."""

    @asynccontextmanager
    async def changing(self, number: int) -> AsyncIterator[None]:
        """With the lock; without it while Redis is away."""
        lock = f"orders:lock:{number}"
        for _ in range(TRIES):
            if await self._locked(lock):
                break
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            raise InFlight
        try:
            async with super().changing(number):
                yield
        finally:
            with suppress(Away):
                await self._asked(lambda: self._redis.delete(lock))

    async def _locked(self, lock: str) -> bool:
        try:
            return bool(await self._asked(lambda: self._redis.set(lock, "1", nx=True)))
        except Away:
            return True


def create_app() -> FastAPI:
    """The reference app with locks in Redis."""
    return app_with_cache(Locking)
