"""A library of seven reads, each of which is asked for now and then.

Broken: what cannot be looked up is told to be not there. Sound: 503.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path

from tests.pairs.shop import AWAY, make_app, with_tables

SHELVES = ("books", "films", "games", "maps", "songs", "plays")
TABLES = ";".join(
    f"CREATE TABLE IF NOT EXISTS {name} (id int PRIMARY KEY, title text NOT NULL);"  # noqa: S608 - our names
    f"INSERT INTO {name} SELECT n, '{name} ' || n FROM generate_series(1, 20) n"
    " ON CONFLICT DO NOTHING"
    for name in SHELVES
)
Number = Annotated[int, Path(ge=1, le=20)]


def make(*, honest: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    def add(name: str) -> None:
        sql = f"SELECT id, title FROM {name} WHERE id = $1"  # noqa: S608 - our names

        @app.get(f"/{name}/{{number}}", name=f"read_{name}")
        async def read(number: Number) -> dict[str, Any]:
            try:
                async with app.state.pool.acquire(timeout=1) as held:
                    row = await held.fetchrow(sql, number)
            except AWAY:
                if honest:
                    raise
                row = None
            if row is None:
                raise HTTPException(404)
            return dict(row)

    for shelf in SHELVES:
        add(shelf)
    return app


def broken() -> FastAPI:
    return make(honest=False)


def sound() -> FastAPI:
    return make(honest=True)
