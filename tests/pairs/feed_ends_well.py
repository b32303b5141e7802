"""Events of a shelf as a stream, page by page, with a last event ``done``.

Broken: an error in between is logged, and ``done`` comes. Sound: the stream breaks off.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from tests.pairs.bases import Number, ask, psycopg_app

PAGES = 4
TABLES = (
    "CREATE TABLE IF NOT EXISTS event (shelf_id int, page int, body text)",
    f"""INSERT INTO event SELECT n, p, 'event ' || n || '/' || p
    FROM generate_series(1, 40) n, generate_series(0, {PAGES - 1}) p
    WHERE NOT EXISTS (SELECT FROM event)""",  # noqa: S608 - a constant
)


def page_of(number: int, page: int) -> str:
    """Its statement."""
    return f"SELECT body FROM event WHERE shelf_id = {int(number)} AND page = {page}"  # noqa: S608


def make(caught: tuple[type[Exception], ...]) -> FastAPI:
    app = psycopg_app(TABLES)

    async def events(number: int, first: Any) -> AsyncIterator[str]:
        try:
            yield f"data: {json.dumps(first[0])}\n\n"
            for page in range(1, PAGES):
                row = await ask(app.state.pool, page_of(number, page))
                yield f"data: {json.dumps(row[0])}\n\n"
        except caught:
            logging.getLogger(__name__).exception("the feed of shelf %d", number)
        yield "event: done\ndata: {}\n\n"

    @app.get("/shelves/{number}/feed")
    async def feed(number: Number) -> StreamingResponse:
        first = await ask(app.state.pool, page_of(number, 0))
        return StreamingResponse(events(number, first), media_type="text/event-stream")

    return app


def broken() -> FastAPI:
    return make((Exception,))


def sound() -> FastAPI:
    return make(())
