"""A connection of a thread is used when it is closed, too. Sound: a closed one is replaced."""

from __future__ import annotations

import threading

import psycopg
from fastapi import FastAPI

from tests.incidents.thread_shop import READ, connect, make_app

mine = threading.local()


def connection_of_this_thread(*, replaced: bool) -> psycopg.Connection:
    kept = getattr(mine, "connection", None)
    if kept is None or (replaced and kept.closed):
        kept = mine.connection = connect(autocommit=True)
    return kept


def make(*, replaced: bool) -> FastAPI:
    app = make_app()

    @app.get("/items/{item_id}")
    def read(item_id: int) -> dict[str, int]:
        row = connection_of_this_thread(replaced=replaced).execute(READ, (item_id,)).fetchone()
        assert row is not None
        return {"id": item_id, "stock": row[0]}

    return app


def broken() -> FastAPI:
    return make(replaced=False)


def sound() -> FastAPI:
    return make(replaced=True)
