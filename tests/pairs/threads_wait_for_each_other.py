"""Seats, by SQLAlchemy on psycopg2; a dependency looks up who asks. Both run in FastAPI's threads.

Broken: the dependency keeps its connection for the route, which needs a thread to go on, while all
threads wait for a connection. Sound: it gives the connection back first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, FastAPI, Header, HTTPException, Path, Request
from psycopg2 import extensions  # type: ignore[import-untyped]
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Engine, create_engine, text

from tests.pairs.bases import add_to_lifespan, thread_app
from tests.pairs.ninth_parts import LIMITS, address, wait_in_time

TABLES = (
    "CREATE TABLE IF NOT EXISTS seats (id int PRIMARY KEY, guest text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS callers (name text PRIMARY KEY, level int NOT NULL)",
    "INSERT INTO callers VALUES ('web', 1) ON CONFLICT DO NOTHING",
    """INSERT INTO seats SELECT n, 'nobody' FROM generate_series(1, 60) n
    ON CONFLICT DO NOTHING""",
)
LEVEL = text("SELECT coalesce(max(level), 0) FROM callers WHERE name = :name")
READ = text("SELECT id, guest FROM seats WHERE id = :id")
SEAT = text("UPDATE seats SET guest = :guest WHERE id = :id")
CONNECTIONS = 6
THREADS = 12
MOST_REQUESTS = 30
Number = Annotated[int, Path(ge=1, le=60)]
Name = Annotated[str, Header(max_length=40)]
Opens = Callable[[], AbstractContextManager[Connection]]


class Guest(BaseModel):
    """What a client sends."""

    guest: str = Field(min_length=1, max_length=40)


def find_caller(request: Request, x_caller: Name = "web") -> Iterator[Opens]:
    """Who asks, and how the route gets its connection."""
    engine: Engine = request.app.state.engine
    with engine.connect() as held:
        held.execute(LEVEL, {"name": x_caller}).scalar_one()
        if request.app.state.keeps:
            yield lambda: nullcontext(held)
            return
    yield engine.connect


Opener = Annotated[Opens, Depends(find_caller)]


@asynccontextmanager
async def with_few_threads() -> AsyncIterator[None]:
    """As in a container with half a processor."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def make(*, keeps: bool) -> FastAPI:
    extensions.set_wait_callback(wait_in_time)
    engine = create_engine(
        address("psycopg2"), pool_size=CONNECTIONS, max_overflow=0, pool_timeout=1.5,
        connect_args={"connect_timeout": 2, "options": LIMITS},
    )  # fmt: skip
    app = thread_app(engine, TABLES)
    add_to_lifespan(app, with_few_threads)
    requests = [0]

    async def admit() -> AsyncIterator[None]:
        if requests[0] >= MOST_REQUESTS:
            raise HTTPException(503, "Too busy.", headers={"Retry-After": "1"})
        requests[0] += 1
        try:
            yield
        finally:
            requests[0] -= 1

    app.state.engine, app.state.keeps = engine, keeps

    @app.get("/seats/{number}", dependencies=[Depends(admit)])
    def read(number: Number, connect: Opener) -> dict[str, Any]:
        with connect() as held:
            row = held.execute(READ, {"id": number}).mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.put("/seats/{number}", dependencies=[Depends(admit)])
    def seat(number: Number, sent: Guest, connect: Opener) -> dict[str, Any]:
        with connect() as held:
            held.execute(SEAT, {"id": number, "guest": sent.guest})
            held.commit()
        return {"id": number, "guest": sent.guest}

    return app


def broken() -> FastAPI:
    return make(keeps=True)


def sound() -> FastAPI:
    return make(keeps=False)
