"""A shelf is rebuilt by one request at a time, which marks it.

Broken: the mark stays until it is taken away. Sound: it ends by itself.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException
from sqlalchemy import text

from tests.pairs.bases import TABLES, Number, read_shelf, thread_app, thread_engine

BUILD = """CREATE TABLE IF NOT EXISTS build
(id int PRIMARY KEY, busy_until timestamptz NOT NULL DEFAULT '-infinity')"""
SOME = "INSERT INTO build SELECT n FROM generate_series(1, 40) n ON CONFLICT DO NOTHING"
MARK = """UPDATE build SET busy_until = now() + CAST(:lasts AS interval)
WHERE id = :id AND busy_until < now()"""
DONE = text("UPDATE build SET busy_until = '-infinity' WHERE id = :id")
COUNT = text("UPDATE shelf SET notes = notes + 1 WHERE id = :id")


def make(lasts: str) -> FastAPI:
    engine = thread_engine()
    app = thread_app(engine, (*TABLES, BUILD, SOME))

    def one(sql: Any, **values: Any) -> int:
        with engine.begin() as connection:
            return int(connection.execute(sql, values).rowcount)

    @app.post("/shelves/{number}/rebuild")
    def rebuild(number: Number) -> dict[str, Any]:
        if not one(text(MARK), id=number, lasts=lasts):
            raise HTTPException(409, "it is being rebuilt", {"Retry-After": "1"})
        one(COUNT, id=number)
        one(DONE, id=number)
        return {"id": number, "status": "rebuilt"}

    @app.get("/shelves/{number}")
    def shelf(number: Number) -> dict[str, Any]:
        return read_shelf(engine, number)

    return app


def broken() -> FastAPI:
    return make("10 years")


def sound() -> FastAPI:
    return make("1 second")
