"""A write in autocommit is sent again when its connection is lost. Nothing in its rows names the
request. Broken: as it was. Sound: with an identity that the database knows.
"""

from __future__ import annotations

import uuid

from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, send_again, with_tables

TABLE = "CREATE TABLE IF NOT EXISTS tip (id serial PRIMARY KEY, cents int, attempt uuid UNIQUE)"
GIVE = (
    "INSERT INTO tip (cents, attempt) VALUES ($1, $2)"
    " ON CONFLICT (attempt) DO UPDATE SET cents = excluded.cents RETURNING id"
)


class Tip(BaseModel):
    cents: int = Field(ge=1, le=100_000)


def make(*, known: bool) -> FastAPI:
    app = make_app(with_tables(TABLE))

    @app.post("/tips", status_code=201)
    async def give(tip: Tip) -> dict[str, int]:
        attempt = uuid.uuid4() if known else None
        pool = app.state.pool
        return {"id": await send_again(pool, lambda one: one.fetchval(GIVE, tip.cents, attempt))}

    return app


def broken() -> FastAPI:
    return make(known=False)


def sound() -> FastAPI:
    return make(known=True)
