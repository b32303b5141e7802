"""A setting that the start reads. Broken: what cannot be read is the default, for good. Sound: it
is read when it is needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from fastapi import FastAPI
from psycopg_pool import PoolTimeout

from tests.pairs.bases import Number, ask, psycopg_app

TABLES = (
    "CREATE TABLE IF NOT EXISTS price (id int PRIMARY KEY, net int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tax (percent int NOT NULL)",
    "INSERT INTO tax SELECT 19 WHERE NOT EXISTS (SELECT FROM tax)",
    "INSERT INTO price SELECT n, 100 * n FROM generate_series(1, 40) n ON CONFLICT DO NOTHING",
)
TAX = "SELECT percent FROM tax"
NET = "SELECT net FROM price WHERE id ="


def make(*, default: int | None) -> FastAPI:
    @asynccontextmanager
    async def read_settings(app: FastAPI) -> AsyncIterator[None]:
        try:
            (app.state.percent,) = await ask(app.state.pool, TAX)
        except (psycopg.Error, PoolTimeout):
            app.state.percent = default
        yield

    app = psycopg_app(TABLES, read_settings, waits=False)

    @app.get("/prices/{number}")
    async def price(number: Number) -> dict[str, Any]:
        if app.state.percent is None:
            (app.state.percent,) = await ask(app.state.pool, TAX)
        (net,) = await ask(app.state.pool, f"{NET} {number}")
        return {"id": number, "gross": net * (100 + app.state.percent) // 100}

    return app


def broken() -> FastAPI:
    return make(default=0)


def sound() -> FastAPI:
    return make(default=None)
