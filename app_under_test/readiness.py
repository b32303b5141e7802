"""A probe in the background: makes the schema when the database gets there, then watches it.

Starting works while the database is down; the service becomes ready by itself. Whoever asks gets
the last observation at once.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app_under_test.settings import Settings
from app_under_test.storage import engine as storage
from app_under_test.storage import schema

WATCH_SECONDS = 0.25
RETRY_SECONDS = 0.05

log = logging.getLogger("orders")


class Readiness:
    """Whether the database answered the last probe."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self.ready = False

    async def watch(self) -> None:
        """Probe until cancelled."""
        prepared = False
        while True:
            prepared = prepared or await self._prepared()
            ready = prepared and await self._probed()
            if ready != self.ready:
                log.info("the database is %s", "there" if ready else "out of reach")
            self.ready = ready
            await asyncio.sleep(WATCH_SECONDS if ready else RETRY_SECONDS)

    async def _prepared(self) -> bool:
        settings = self._settings
        try:
            async with self._engine.connect() as connection:
                await schema.ensure(connection, items=settings.items, stock=settings.stock)
            await storage.warm(self._engine, settings.pool_size)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next try may succeed
            log.debug("not ready yet: %s", type(error).__name__)
            return False
        return True

    async def _probed(self) -> bool:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - any failure means not ready
            return False
        return True
