"""Prices, and an export of all of them as CSV, page by page, behind psycopg's asynchronous pool.

Broken: an error becomes a line of the export, which ends well. Sound: it cuts the export off.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from fastapi.responses import StreamingResponse
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.bases import psycopg_app
from tests.pairs.ninth_parts import bounded, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS prices (id int PRIMARY KEY, cents int NOT NULL)",
    """INSERT INTO prices SELECT n, n * 7 FROM generate_series(1, 60) n
    ON CONFLICT DO NOTHING""",
    """CREATE TABLE IF NOT EXISTS offers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        price int NOT NULL, buyer text NOT NULL)""",
)
PAGE = "SELECT id, cents FROM prices WHERE id > %s ORDER BY id LIMIT 15"
Number = Annotated[int, Path(ge=1, le=60)]


class Offer(BaseModel):
    """What a client sends."""

    buyer: str = Field(min_length=1, max_length=40)


def make(*, writes_errors: bool) -> FastAPI:  # noqa: C901
    app = psycopg_app(TABLES)
    refuse(app, TimeoutError)

    async def ask(sql: str, *values: object) -> list[Any]:
        async def rows(held: Any) -> list[Any]:
            found: list[Any] = await (await held.execute(sql, values)).fetchall()
            return found

        return await bounded(app.state.pool, rows)

    async def lines() -> AsyncIterator[str]:
        yield "id,cents\n"
        after = 0
        while page := await ask(PAGE, after):
            for number, cents in page:
                yield f"{number},{cents}\n"
            after = page[-1][0]

    async def lines_and_errors() -> AsyncIterator[str]:
        try:
            async for line in lines():
                yield line
        except (psycopg.Error, PoolTimeout, TimeoutError) as error:
            yield f"# the export failed: {type(error).__name__}\n"

    @app.get("/prices.csv")
    async def export() -> StreamingResponse:
        found = lines_and_errors() if writes_errors else lines()
        return StreamingResponse(found, media_type="text/csv")

    @app.get("/prices/{number}")
    async def read(number: Number) -> dict[str, Any]:
        ((cents,),) = await ask("SELECT cents FROM prices WHERE id = %s", number)
        return {"id": number, "cents": cents}

    @app.post("/prices/{number}/offers", status_code=201)
    async def offer(number: Number, sent: Offer) -> dict[str, Any]:
        sql = "INSERT INTO offers (price, buyer) VALUES (%s, %s) RETURNING id"
        ((made,),) = await ask(sql, number, sent.buyer)
        return {"id": made, "price": number, "buyer": sent.buyer}

    return app


def broken() -> FastAPI:
    return make(writes_errors=True)


def sound() -> FastAPI:
    return make(writes_errors=False)
