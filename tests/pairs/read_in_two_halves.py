"""Recipes: a title, and steps in a table of their own; an update replaces both.

Broken: title and steps are read by two statements of their own. Sound: in one snapshot.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any

from fastapi import FastAPI, Path
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS recipes (id int PRIMARY KEY, title text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS steps (recipe int NOT NULL, position int NOT NULL,"
    " words text NOT NULL, PRIMARY KEY (recipe, position));"
    "INSERT INTO recipes SELECT n, 'recipe ' || n FROM generate_series(1, 10) n"
    " ON CONFLICT DO NOTHING;"
    "INSERT INTO steps SELECT n, p, 'step ' || p FROM generate_series(1, 10) n,"
    " generate_series(1, 2) p ON CONFLICT DO NOTHING"
)
TITLE = "SELECT title FROM recipes WHERE id = $1"
STEPS = "SELECT words FROM steps WHERE recipe = $1 ORDER BY position"
RENAME = "UPDATE recipes SET title = $1 WHERE id = $2"
FORGET = "DELETE FROM steps WHERE recipe = $1"
ADD = "INSERT INTO steps VALUES ($1, $2, $3)"
Number = Annotated[int, Path(ge=1, le=10)]
Words = Annotated[str, Field(min_length=1, max_length=40)]


class Recipe(BaseModel):
    """What a client sends."""

    title: Words
    steps: Annotated[list[Words], Field(min_length=2, max_length=3)]


def make(*, at_once: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    @app.get("/recipes/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            snapshot = held.transaction(isolation="repeatable_read", readonly=True)
            async with snapshot if at_once else nullcontext():
                title = await held.fetchval(TITLE, number)
                steps = await held.fetch(STEPS, number)
        return {"id": number, "title": title, "steps": [row["words"] for row in steps]}

    @app.put("/recipes/{number}")
    async def change(number: Number, sent: Recipe) -> dict[str, Any]:
        rows = [(number, position, words) for position, words in enumerate(sent.steps, 1)]
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            await held.execute(RENAME, sent.title, number)
            await held.execute(FORGET, number)
            await held.executemany(ADD, rows)
        return {"id": number, "title": sent.title, "steps": sent.steps}

    return app


def broken() -> FastAPI:
    return make(at_once=False)


def sound() -> FastAPI:
    return make(at_once=True)
