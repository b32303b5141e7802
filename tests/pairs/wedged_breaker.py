"""A circuit breaker before the database lets one call through after a pause.

Broken: only failures of a closed circuit are noted, so a probe that fails is never over. Sound: it
opens the circuit again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from tests.pairs.shop import AWAY, make_app, unavailable

FAILURES = 5
PAUSE_SECONDS = 0.5


class CircuitOpen(Exception):
    """The database is left alone for now."""


class Breaker:
    """Open after some failures in a row; then one probe at a time."""

    def __init__(self, *, notes_probes: bool) -> None:
        self._notes_probes = notes_probes
        self._failures = 0
        self._opened: float | None = None
        self._probing = False

    def _enter(self) -> None:
        if self._opened is None:
            return
        if self._probing or time.monotonic() < self._opened + PAUSE_SECONDS:
            raise CircuitOpen
        self._probing = True

    def _failed(self) -> None:
        if self._opened is not None and not self._notes_probes:
            return
        self._failures += 1
        if self._failures >= FAILURES:
            self._opened = time.monotonic()
        self._probing = False

    async def call(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """What ``work`` gives."""
        self._enter()
        try:
            found = await work()
        except AWAY:
            self._failed()
            raise
        except BaseException:
            self._probing = False
            raise
        self._failures, self._opened, self._probing = 0, None, False
        return found


def make(*, notes_probes: bool) -> FastAPI:
    app = make_app()
    app.add_exception_handler(CircuitOpen, unavailable)
    breaker = Breaker(notes_probes=notes_probes)

    @app.get("/stock/{item_id}")
    async def stock(item_id: int) -> dict[str, int]:
        async def ask() -> int:
            async with app.state.pool.acquire(timeout=1) as connection:
                found = await connection.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
                return int(found or 0)

        return {"id": item_id, "stock": await breaker.call(ask)}

    return app


def broken() -> FastAPI:
    return make(notes_probes=False)


def sound() -> FastAPI:
    return make(notes_probes=True)
