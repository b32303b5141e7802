"""Updates of one row, and a cache of what was read. Two defects, each with a sound twin.

``early_*``: the cache is emptied before COMMIT, and a read meanwhile fills it with the old value;
the twin empties it afterwards, and a read that has begun before fills nothing. ``noted_*``: an
update equal to the last one is skipped; the last one is noted before it is done, or when it is.
``lapsing``: a cache for ten seconds, which is behind without a fault, too.
"""

from __future__ import annotations

import time
from collections import Counter

from fastapi import FastAPI
from pydantic import BaseModel

from tests.pairs.shop import make_app

UPDATE = "UPDATE items SET stock = $2 WHERE id = $1 RETURNING stock"
READ = "SELECT stock FROM items WHERE id = $1"
SECONDS = 10.0


class Wanted(BaseModel):
    stock: int


def with_a_cache(*, early: bool = False, late: bool = False, lasts: float = 600.0) -> FastAPI:
    app = make_app(places=20)
    cache: dict[int, tuple[float, int]] = {}
    emptied: Counter[int] = Counter()

    def empty(shelf: int) -> None:
        emptied[shelf] += 1
        cache.pop(shelf, None)

    @app.get("/shelves/{shelf}")
    async def read(shelf: int) -> dict[str, int]:
        known = cache.get(shelf)
        if known is None or time.monotonic() - known[0] > lasts:
            times = emptied[shelf]
            known = (time.monotonic(), await app.state.pool.fetchval(READ, shelf))
            if not late or times == emptied[shelf]:
                cache[shelf] = known
        return {"id": shelf, "stock": known[1]}

    @app.put("/shelves/{shelf}")
    async def put(shelf: int, wanted: Wanted) -> dict[str, int]:
        if early:
            empty(shelf)
        async with app.state.pool.acquire() as held, held.transaction():
            stock = await held.fetchval(UPDATE, shelf, wanted.stock)
        if late:
            empty(shelf)
        return {"id": shelf, "stock": stock}

    return app


def with_a_note(*, early: bool) -> FastAPI:
    app = make_app(places=20)
    last: dict[int, int] = {}

    @app.put("/shelves/{shelf}")
    async def put(shelf: int, wanted: Wanted) -> dict[str, int]:
        if last.get(shelf) != wanted.stock:
            if early:
                last[shelf] = wanted.stock
            await app.state.pool.fetchval(UPDATE, shelf, wanted.stock)
            last[shelf] = wanted.stock
        return {"id": shelf, "stock": wanted.stock}

    return app


def early_broken() -> FastAPI:
    return with_a_cache(early=True)


def early_sound() -> FastAPI:
    return with_a_cache(late=True)


def lapsing() -> FastAPI:
    return with_a_cache(lasts=SECONDS)


def noted_broken() -> FastAPI:
    return with_a_note(early=True)


def noted_sound() -> FastAPI:
    return with_a_note(early=False)
