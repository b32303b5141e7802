"""What the pairs with psycopg in threads share: the tables, and 503 while the database is away."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from fastapi import FastAPI

from tests.incidents.orm_shop import TABLES
from tests.pairs.shop import unavailable

READ = "SELECT stock FROM items WHERE id = %s"


def connect(**options: Any) -> psycopg.Connection:
    """A connection with time-outs."""
    return psycopg.connect(
        os.environ["DATABASE_URL"], connect_timeout=1, options="-c statement_timeout=900", **options
    )


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    with connect() as connection:
        for statement in TABLES:
            connection.execute(statement)
    yield


def make_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    for kind in (psycopg.Error, OSError):
        app.add_exception_handler(kind, unavailable)

    @app.get("/livez")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    return app
