"""A shop as many people write one: FastAPI, SQLAlchemy's asyncio and asyncpg, with time-outs.

:class:`Shop` is sound. Each defect in :mod:`tests.planted.defects` overrides one of its methods.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

AWAY = (SQLAlchemyError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError,
        asyncpg.InternalClientError)  # fmt: skip
TOKEN = "Bearer of-ada-and-nobody-else"  # noqa: S105 - of the only user
TABLES = (
    "CREATE TABLE IF NOT EXISTS users (token text PRIMARY KEY, name text)",
    "INSERT INTO users VALUES ('Bearer of-ada-and-nobody-else', 'ada') ON CONFLICT DO NOTHING",
    "CREATE TABLE IF NOT EXISTS products (id int PRIMARY KEY, name text, price int)",
    """INSERT INTO products SELECT n, 'product ' || n, 100 + n FROM generate_series(1, 50) n
    ON CONFLICT DO NOTHING""",
    "CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, key text UNIQUE, note text)",
    "CREATE TABLE IF NOT EXISTS order_events (id serial PRIMARY KEY, key text, what text)",
    "CREATE TABLE IF NOT EXISTS reports (id serial PRIMARY KEY, key text UNIQUE)",
)
ORDER = "INSERT INTO orders (key, note) VALUES (:key, :note) ON CONFLICT (key) DO NOTHING"
EVENT = "INSERT INTO order_events (key, what) VALUES (:key, 'placed')"
FIND = "SELECT id, note FROM orders WHERE key = :key"
REPORT = "INSERT INTO reports (key) VALUES (:key) ON CONFLICT (key) DO NOTHING"

Number = Annotated[int, Path(ge=1, le=50)]
Page = Annotated[int, Path(ge=1, le=5)]


class NewOrder(BaseModel):
    """What a client sends."""

    note: str = Field(max_length=100)


async def unavailable(_request: Request, _error: Exception) -> Response:
    """503, with the time after which a client may try again."""
    return JSONResponse({"detail": "please try again"}, 503, {"Retry-After": "1"})


class Shop:
    """The sound app."""

    def __init__(self) -> None:
        url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1)
        self.engine = self.make_engine(url)
        self.tasks: set[asyncio.Task[None]] = set()

    def make_engine(self, url: str) -> AsyncEngine:
        """A pool of ten, with a bound on each wait."""
        return create_async_engine(
            url, pool_size=10, max_overflow=0, pool_timeout=1, pool_pre_ping=True,
            connect_args={"timeout": 1, "command_timeout": 1},
        )  # fmt: skip

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Tables, and the pool's end."""
        async with self.engine.begin() as connection:
            for statement in TABLES:
                await connection.execute(text(statement))
        yield
        await self.engine.dispose()

    async def who(self, token: str) -> str:
        """The user's name.

        Raises:
            HTTPException: nobody has this token.
        """
        async with self.engine.connect() as connection:
            name = await connection.scalar(text("SELECT name FROM users WHERE token = :token"),
                                           {"token": token})  # fmt: skip
        if name is None:
            raise HTTPException(401, "unknown token")
        return str(name)

    async def product(self, number: Number) -> dict[str, Any]:
        """One product."""
        async with self.engine.connect() as connection:
            found = await connection.execute(
                text("SELECT id, name, price FROM products WHERE id = :id"), {"id": number}
            )
            row = found.mappings().one_or_none()
        if row is None:
            raise HTTPException(404, "no such product")
        return dict(row)

    async def page(self, number: Page) -> list[dict[str, Any]]:
        """Ten products."""
        async with self.engine.connect() as connection:
            found = await connection.execute(
                text("SELECT id, name, price FROM products ORDER BY id LIMIT 10 OFFSET :from"),
                {"from": 10 * (number - 1)},
            )
            return [dict(row) for row in found.mappings()]

    async def export(self) -> AsyncIterator[str]:
        """All products as CSV, page by page."""
        yield "id,name,price\n"
        for number in range(1, 6):
            for row in await self.page(number):
                yield f"{row['id']},{row['name']},{row['price']}\n"

    async def csv(self) -> Response:
        """The export; the first page is read before the answer begins."""
        lines = [line async for line in self.export()]
        return Response("".join(lines), media_type="text/csv")

    async def place(self, key: str, order: NewOrder) -> dict[str, Any]:
        """One order and its event, in one transaction."""
        async with self.engine.begin() as connection:
            return await self.write(connection, key, order)

    async def write(self, connection: AsyncConnection, key: str, order: NewOrder) -> dict[str, Any]:
        """The rows of an order, once for each key."""
        made = await connection.execute(text(ORDER), {"key": key, "note": order.note})
        if made.rowcount:
            await connection.execute(text(EVENT), {"key": key})
        row = (await connection.execute(text(FIND), {"key": key})).mappings().one()
        return dict(row)

    async def report(self, key: str, later: BackgroundTasks) -> None:
        """Note a report that is to be made, before it is accepted."""
        del later
        async with self.engine.begin() as connection:
            await connection.execute(text(REPORT), {"key": key})

    def handlers(self, app: FastAPI) -> None:
        """503 for every error of the database."""
        for kind in AWAY:
            app.add_exception_handler(kind, unavailable)

    def make_app(self) -> FastAPI:
        """The routes."""
        app = FastAPI(lifespan=self.lifespan)
        self.handlers(app)
        user = Depends(self.signed_in)
        add = app.add_api_route
        add("/livez", self.live, include_in_schema=False)
        add("/products/{number}", self.product, dependencies=[user])
        add("/pages/{number}", self.page, dependencies=[user])
        add("/products.csv", self.csv, dependencies=[user])
        add("/orders", self.post_order, methods=["POST"], status_code=201, dependencies=[user])
        add("/orders/{key}", self.get_order, dependencies=[user])
        add("/reports", self.post_report, methods=["POST"], status_code=202, dependencies=[user])
        return app

    async def live(self) -> dict[str, str]:
        """Needs no database."""
        return {"status": "ok"}

    async def signed_in(self, authorization: Annotated[str, Header()] = "") -> str:
        """The dependency of all routes but the probe."""
        return await self.who(authorization)

    async def post_order(
        self, order: NewOrder, idempotency_key: Annotated[str, Header()]
    ) -> dict[str, Any]:
        """The same key gives the same order."""
        return await self.place(idempotency_key, order)

    async def get_order(self, key: str) -> dict[str, Any]:
        """One order."""
        async with self.engine.connect() as connection:
            found = await connection.execute(text(FIND), {"key": key})
            row = found.mappings().one_or_none()
        if row is None:
            raise HTTPException(404, "no such order")
        return dict(row)

    async def post_report(
        self, later: BackgroundTasks, idempotency_key: Annotated[str, Header()]
    ) -> dict[str, str]:
        """Accepted: it is made later."""
        await self.report(idempotency_key, later)
        return {"report": "accepted"}


def sound() -> FastAPI:
    """The twin of them all."""
    return Shop().make_app()
