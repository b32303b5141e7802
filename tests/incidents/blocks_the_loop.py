"""``async def`` handlers call a synchronous driver, so a slow query stops all. Sound: ``def``."""

from __future__ import annotations

import threading

from fastapi import FastAPI

from tests.incidents.thread_shop import READ, connect, make_app

mine = threading.local()


def look(item_id: int) -> dict[str, int]:
    if getattr(mine, "connection", None) is None or mine.connection.closed:
        mine.connection = connect(autocommit=True)
    row = mine.connection.execute(READ, (item_id,)).fetchone()
    assert row is not None
    return {"id": item_id, "stock": row[0]}


async def look_on_the_loop(item_id: int) -> dict[str, int]:
    return look(item_id)


def broken() -> FastAPI:
    app = make_app()
    app.add_api_route("/items/{item_id}", look_on_the_loop)
    return app


def sound() -> FastAPI:
    app = make_app()
    app.add_api_route("/items/{item_id}", look)
    return app
