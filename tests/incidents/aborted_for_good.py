"""A failed statement leaves a thread's transaction aborted. Sound: autocommit, none is open."""

from __future__ import annotations

import threading

from fastapi import FastAPI

from tests.incidents.thread_shop import READ, connect, make_app

mine = threading.local()


def make(*, autocommit: bool) -> FastAPI:
    app = make_app()

    @app.get("/items/{item_id}")
    def read(item_id: int) -> dict[str, int]:
        if getattr(mine, "connection", None) is None or mine.connection.closed:
            mine.connection = connect(autocommit=autocommit)
        row = mine.connection.execute(READ, (item_id,)).fetchone()
        mine.connection.commit()
        return {"id": item_id, "stock": row[0]}

    return app


def broken() -> FastAPI:
    return make(autocommit=False)


def sound() -> FastAPI:
    return make(autocommit=True)
