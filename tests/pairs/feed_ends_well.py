"""Events of a shelf as a stream, page by page, with a last event ``done``.

Broken: an error in between is logged, and ``done`` comes. Sound: the stream breaks off.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI
from fastapi import Path as InPath
from fastapi.responses import StreamingResponse

from tests.pairs.shop import make_app, with_tables

PAGES = 4
TABLE = """CREATE TABLE IF NOT EXISTS event (shelf_id int, page int, body text);
INSERT INTO event SELECT n, p, 'event ' || n || '/' || p
FROM generate_series(1, 40) n, generate_series(0, 3) p WHERE NOT EXISTS (SELECT FROM event)"""
PAGE = "SELECT body FROM event WHERE shelf_id = $1 AND page = $2"
Number = Annotated[int, InPath(ge=1, le=40)]


def make(caught: tuple[type[Exception], ...]) -> FastAPI:
    app = make_app(with_tables(TABLE))

    async def page_of(number: int, page: int) -> str:
        async with app.state.pool.acquire(timeout=0.5) as connection:
            body: str = await connection.fetchval(PAGE, number, page, timeout=0.5)
            return f"data: {json.dumps(body)}\n\n"

    async def events(number: int, first: str) -> AsyncIterator[str]:
        try:
            yield first
            for page in range(1, PAGES):
                yield await page_of(number, page)
        except caught:
            logging.getLogger(__name__).exception("the feed of shelf %d", number)
        yield "event: done\ndata: {}\n\n"

    @app.get("/shelves/{number}/feed")
    async def feed(number: Number) -> StreamingResponse:
        first = await page_of(number, 0)
        return StreamingResponse(events(number, first), media_type="text/event-stream")

    return app


def broken() -> FastAPI:
    return make((Exception,))


def sound() -> FastAPI:
    return make(())
