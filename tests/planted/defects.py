"""Mistakes of the shop, one a class: ``tests.planted.defects:cut_export`` is an app.

docs/explanation/defect-kinds.md says what each looks like from outside.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.planted.shop import (
    AWAY,
    EVENT,
    FIND,
    ORDER,
    REPORT,
    NewOrder,
    Number,
    Page,
    Shop,
)

log = logging.getLogger(__name__)


class CutExport(Shop):
    """An export that an error ends early looks whole."""

    async def export(self) -> AsyncIterator[str]:
        try:
            async for line in super().export():
                yield line
        except AWAY:
            log.warning("export: no more pages")


class UsualPrice(Shop):
    """A price that cannot be read is answered with the usual one."""

    async def product(self, number: Number) -> dict[str, Any]:
        product = {"id": number, "name": f"product {number}", "price": 199}
        with suppress(*AWAY):
            product = await super().product(number)
        return product


class FirstPage(Shop):
    """A page that cannot be read is answered with the first one, which is in memory."""

    first: list[dict[str, Any]] | None = None

    async def page(self, number: Page) -> list[dict[str, Any]]:
        self.first = self.first or await super().page(1)
        try:
            return await super().page(number)
        except AWAY:
            return self.first


class ForgetsReports(Shop):
    """202, and a task after the answer whose error is logged: the report is lost."""

    async def report(self, key: str, later: BackgroundTasks) -> None:
        later.add_task(self.make, key)

    async def make(self, key: str) -> None:
        """Log errors, and that is all."""
        try:
            async with self.engine.begin() as connection:
                await connection.execute(text(REPORT), {"key": key})
        except AWAY:
            log.warning("report %s failed", key)


class RefusesAfterCommit(Shop):
    """The row is read on another connection after COMMIT; an error there refuses the order."""

    async def place(self, key: str, order: NewOrder) -> dict[str, Any]:
        async with self.engine.begin() as connection:
            made = await connection.execute(text(ORDER), {"key": key, "note": order.note})
            if made.rowcount:
                await connection.execute(text(EVENT), {"key": key})
        async with self.engine.connect() as connection:
            return dict((await connection.execute(text(FIND), {"key": key})).mappings().one())


class BestEffortEvent(Shop):
    """The event has a transaction of its own, and its error is logged."""

    async def write(self, connection: AsyncConnection, key: str, order: NewOrder) -> dict[str, Any]:
        await connection.execute(text(ORDER), {"key": key, "note": order.note})
        row = dict((await connection.execute(text(FIND), {"key": key})).mappings().one())
        try:
            async with self.engine.begin() as second:
                await second.execute(text(EVENT), {"key": key})
        except AWAY:
            log.warning("no event for %s", key)
        return row


class LosesConnections(Shop):
    """A connection is closed only where the statement had success."""

    async def product(self, number: Number) -> dict[str, Any]:
        connection = await self.engine.connect()
        found = await connection.execute(
            text("SELECT id, name, price FROM products WHERE id = :id"), {"id": number}
        )
        row = found.mappings().one()
        await connection.close()
        self.kept = connection
        return dict(row)


class KeepsTheLock(Shop):
    """A lock is released only where nothing failed."""

    lock = asyncio.Lock()

    async def place(self, key: str, order: NewOrder) -> dict[str, Any]:
        await asyncio.wait_for(self.lock.acquire(), 1)
        row = await super().place(key, order)
        self.lock.release()
        return row


class StaysDegraded(Shop):
    """The first error switches to copies, and nothing switches back."""

    copies: dict[int, dict[str, Any]] = {}  # noqa: RUF012 - one app
    degraded = False

    async def product(self, number: Number) -> dict[str, Any]:
        if self.degraded and number in self.copies:
            return self.copies[number]
        try:
            self.copies[number] = await super().product(number)
        except AWAY:
            self.degraded = True
            if number not in self.copies:
                raise
        return self.copies[number]


class TooManyRequests(Shop):
    """The database's errors become 429: clients are told that they ask too often."""

    def handlers(self, app: FastAPI) -> None:
        async def busy(_request: Request, _error: Exception) -> Response:
            return JSONResponse({"detail": "too many requests"}, 429, {"Retry-After": "1"})

        for kind in AWAY:
            app.add_exception_handler(kind, busy)


class RetryAfterInMilliseconds(Shop):
    """``Retry-After: 1000``."""

    def handlers(self, app: FastAPI) -> None:
        async def away(_request: Request, _error: Exception) -> Response:
            return JSONResponse({"detail": "please try again"}, 503, {"Retry-After": "1000"})

        for kind in AWAY:
            app.add_exception_handler(kind, away)


class SleepsInTheLoop(Shop):
    """A repeat waits with ``time.sleep``: everybody waits."""

    async def product(self, number: Number) -> dict[str, Any]:
        for _ in range(3):
            with suppress(*AWAY):
                return await super().product(number)
            time.sleep(0.7)  # noqa: ASYNC251 - the defect
        return await super().product(number)


class SpinsInAnOutage(Shop):
    """A background task asks again at once while the database is away."""

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        async with super().lifespan(app):
            task = asyncio.create_task(self.refresh())
            yield
            task.cancel()

    async def refresh(self) -> None:
        """Every tenth of a second, but for errors."""
        while True:
            with suppress(*AWAY):
                await super().page(1)
                await asyncio.sleep(0.1)
            await asyncio.sleep(0)


class ShowsWhatWasRefused(Shop):
    """An order is put into the cache before its COMMIT."""

    latest: list[dict[str, Any]] = []  # noqa: RUF012 - one app

    async def place(self, key: str, order: NewOrder) -> dict[str, Any]:
        self.latest.insert(0, {"id": 0, "key": key, "note": order.note})
        return await super().place(key, order)

    def make_app(self) -> FastAPI:
        app = super().make_app()
        app.add_api_route("/latest", self.get_latest)
        return app

    async def get_latest(self) -> list[dict[str, Any]]:
        """The latest orders, from memory."""
        return self.latest[:20]


class FailsOpen(Shop):
    """A token that cannot be looked up is let in."""

    async def who(self, token: str) -> str:
        try:
            return await super().who(token)
        except AWAY:
            return "guest"


class LogsTheToken(Shop):
    """An error logs the request with its headers."""

    def handlers(self, app: FastAPI) -> None:
        async def away(request: Request, _error: Exception) -> Response:
            log.error("failed: %s", dict(request.headers))
            return JSONResponse({"detail": "please try again"}, 503, {"Retry-After": "1"})

        for kind in AWAY:
            app.add_exception_handler(kind, away)


class TimeOutOfTheClient(Shop):
    """408: the client is blamed for the database's time-out."""

    def handlers(self, app: FastAPI) -> None:
        super().handlers(app)

        async def late(_request: Request, _error: Exception) -> Response:
            return JSONResponse({"detail": "request timeout"}, 408)

        for kind in (*AWAY[1:3],):
            app.add_exception_handler(kind, late)


def __getattr__(name: str) -> Callable[[], FastAPI]:
    """``cut_export`` makes the app of ``CutExport``."""
    made = globals().get("".join(part.title() for part in name.split("_")))
    if not isinstance(made, type) or not issubclass(made, Shop):
        raise AttributeError(name)  # noqa: TRY004 - what a module without this name raises
    return lambda: made().make_app()
