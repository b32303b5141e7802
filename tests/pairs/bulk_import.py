"""Three rows in one request. Broken: those that fail are skipped, and counted. Sound: none is."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from fastapi import FastAPI, Header
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.pairs.bases import TABLES, Number, read_shelf, thread_app, thread_engine

TABLE = (
    "CREATE TABLE IF NOT EXISTS reading (key text, place int, value int, PRIMARY KEY (key, place))"
)
ADD = "INSERT INTO reading VALUES (:key, :place, :value) ON CONFLICT DO NOTHING"


class Readings(BaseModel):
    """What a client sends."""

    values: list[Annotated[int, Field(ge=1, le=1000)]] = Field(min_length=3, max_length=3)


def make(*, skipped: tuple[type[Exception], ...]) -> FastAPI:
    engine = thread_engine()
    app = thread_app(engine, (*TABLES, TABLE))

    @app.post("/imports", status_code=201)
    def bring(sent: Readings, idempotency_key: Annotated[str, Header()]) -> dict[str, Any]:
        with engine.begin() as connection:
            for place, value in enumerate(sent.values):
                row = {"key": idempotency_key, "place": place, "value": value}
                with suppress(*skipped), connection.begin_nested():
                    connection.execute(text(ADD), row)
        return {"imported": len(sent.values)}

    @app.get("/shelves/{number}")
    def shelf(number: Number) -> dict[str, Any]:
        return read_shelf(engine, number)

    return app


def broken() -> FastAPI:
    return make(skipped=(DBAPIError,))


def sound() -> FastAPI:
    return make(skipped=())
