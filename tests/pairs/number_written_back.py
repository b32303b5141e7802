"""Cards with a number of votes.

Broken: it is read, then written with one more, so that two votes at once count as one. Sound: the
statement itself adds one.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Path

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS card (id int PRIMARY KEY, title text, votes int NOT NULL);"
    "INSERT INTO card SELECT n, 'card ' || n, 0 FROM generate_series(1, 20) n"
    " ON CONFLICT DO NOTHING"
)
READ = "SELECT id, title, votes FROM card WHERE id = $1"
WRITE = "UPDATE card SET votes = $2 WHERE id = $1"
ADD = "UPDATE card SET votes = votes + 1 WHERE id = $1"
Number = Annotated[int, Path(ge=1, le=20)]


def make(*, adds: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    @app.post("/cards/{number}/votes")
    async def vote(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            row = await held.fetchrow(READ, number)
            if adds:
                await held.execute(ADD, number)
            else:
                await held.execute(WRITE, number, row["votes"] + 1)
        return {"id": number, "title": row["title"]}

    @app.get("/cards/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            return dict(await held.fetchrow(READ, number))

    return app


def broken() -> FastAPI:
    return make(adds=False)


def sound() -> FastAPI:
    return make(adds=True)
