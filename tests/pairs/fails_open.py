"""Articles that only members may read. Broken: when that cannot be looked up, everybody may. Sound:
nobody.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from fastapi import FastAPI, HTTPException

from tests.pairs.bases import Number, ask, psycopg_app

TABLES = (
    "CREATE TABLE IF NOT EXISTS article (id int PRIMARY KEY, title text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS for_members (article_id int PRIMARY KEY)",
    """INSERT INTO article SELECT n, 'title ' || n FROM generate_series(1, 40) n
    ON CONFLICT DO NOTHING""",
    "INSERT INTO for_members SELECT 4 * n FROM generate_series(1, 10) n ON CONFLICT DO NOTHING",
)
TITLE = "SELECT title FROM article WHERE id ="


def make(*, open_in_doubt: bool) -> FastAPI:
    app = psycopg_app(TABLES)

    async def is_for_members(number: int) -> bool:
        found = "SELECT EXISTS (SELECT FROM for_members WHERE article_id = {})"
        with suppress(*([psycopg.Error] if open_in_doubt else [])):
            (yes,) = await ask(app.state.pool, found.format(number))
            return bool(yes)
        return False

    @app.get("/articles/{number}", responses={403: {"description": "for members"}})
    async def article(number: Number) -> dict[str, Any]:
        if await is_for_members(number):
            raise HTTPException(403, "for members")
        (title,) = await ask(app.state.pool, f"{TITLE} {number}")
        return {"id": number, "title": title}

    return app


def broken() -> FastAPI:
    return make(open_in_doubt=True)


def sound() -> FastAPI:
    return make(open_in_doubt=False)
