"""Requests for the same shelf share one statement, and its answer for a moment.

Broken: only what was found is forgotten after that moment, so an error stays. Sound: both are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text

from tests.pairs.bases import SHELF, Number, async_app, async_engine

KEPT_SECONDS = 0.2
Load = Callable[[int], Awaitable[dict[str, Any]]]


class Shared:
    """One task for each number."""

    def __init__(self, load: Load, *, keeps_errors: bool) -> None:
        self._load = load
        self._keeps_errors = keeps_errors
        self._tasks: dict[int, asyncio.Task[dict[str, Any]]] = {}

    def _forget(self, number: int) -> None:
        self._tasks.pop(number, None)

    async def _find(self, number: int) -> dict[str, Any]:
        try:
            found = await self._load(number)
        except Exception:
            if not self._keeps_errors:
                self._forget(number)
            raise
        asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, number)
        return found

    async def get(self, number: int) -> dict[str, Any]:
        """From the statement that is on its way, or a new one."""
        if number not in self._tasks:
            self._tasks[number] = asyncio.create_task(self._find(number))
        return await asyncio.shield(self._tasks[number])


def make(*, keeps_errors: bool) -> FastAPI:
    engine = async_engine()
    app = async_app(engine)

    async def load(number: int) -> dict[str, Any]:
        async with engine.connect() as connection:
            found = await connection.execute(text(f"{SHELF} :id"), {"id": number})
            return dict(found.mappings().one())

    shared = Shared(load, keeps_errors=keeps_errors)

    @app.get("/shelves/{number}")
    async def shelf(number: Number) -> dict[str, Any]:
        return await shared.get(number)

    return app


def broken() -> FastAPI:
    return make(keeps_errors=True)


def sound() -> FastAPI:
    return make(keeps_errors=False)
