"""Tariffs, and a report of all of them by a cursor, behind psycopg's pool in autocommit.

Broken: the cursor is held over its transaction, and closed after success only; the next report on
that session finds its name taken. Sound: it is closed in any case.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from pydantic import BaseModel, Field

from tests.pairs.bases import psycopg_app
from tests.pairs.ninth_parts import bounded, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS tariffs (id int PRIMARY KEY, cents int NOT NULL)",
    """INSERT INTO tariffs SELECT n, n * 10 FROM generate_series(1, 45) n
    ON CONFLICT DO NOTHING""",
    """CREATE TABLE IF NOT EXISTS trips (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tariff int NOT NULL, rider text NOT NULL)""",
)
Number = Annotated[int, Path(ge=1, le=45)]


class Trip(BaseModel):
    """What a client sends."""

    rider: str = Field(min_length=1, max_length=40)


async def fetch_pages(held: Any) -> list[Any]:
    """All rows of the cursor, fifteen at a time."""
    rows: list[Any] = []
    while page := await (await held.execute("FETCH 15 FROM report")).fetchall():
        rows += page
    return rows


def make(*, closes: bool) -> FastAPI:
    app = psycopg_app(TABLES)
    refuse(app, TimeoutError)

    async def report(held: Any) -> list[Any]:
        ended = False
        await held.execute(
            "DECLARE report CURSOR WITH HOLD FOR SELECT id, cents FROM tariffs ORDER BY id"
        )
        try:
            rows = await fetch_pages(held)
            ended = True
        finally:
            if ended or closes:
                with suppress(psycopg.Error):
                    await held.execute("CLOSE report")
        return rows

    @app.get("/report")
    async def show() -> list[dict[str, Any]]:
        rows = await bounded(app.state.pool, report)
        return [{"id": number, "cents": cents} for number, cents in rows]

    @app.get("/tariffs/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async def row(held: Any) -> Any:
            sql = "SELECT cents FROM tariffs WHERE id = %s"
            return await (await held.execute(sql, (number,))).fetchone()

        (cents,) = await bounded(app.state.pool, row)
        return {"id": number, "cents": cents}

    @app.post("/tariffs/{number}/trips", status_code=201)
    async def ride(number: Number, sent: Trip) -> dict[str, Any]:
        async def add(held: Any) -> Any:
            sql = "INSERT INTO trips (tariff, rider) VALUES (%s, %s) RETURNING id"
            return await (await held.execute(sql, (number, sent.rider))).fetchone()

        (made,) = await bounded(app.state.pool, add)
        return {"id": made, "tariff": number, "rider": sent.rider}

    return app


def broken() -> FastAPI:
    return make(closes=False)


def sound() -> FastAPI:
    return make(closes=True)
