"""An app as beginners write it: async SQLAlchemy with defaults, and no handler for its errors."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

URL = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://")
engine = create_async_engine(URL)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE IF NOT EXISTS item (id int PRIMARY KEY, name text)")
        )
        await connection.execute(
            text(
                "INSERT INTO item SELECT n, 'item' FROM generate_series(1, 20) n"
                " ON CONFLICT DO NOTHING"
            )
        )
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/items")
async def list_items() -> list[dict[str, object]]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, name FROM item ORDER BY id"))
        return [dict(row) for row in rows.mappings()]


@app.get("/items/{item_id}")
async def get_item(item_id: int) -> dict[str, object]:
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT id, name FROM item WHERE id = :id"), {"id": item_id}
        )
        row = rows.mappings().first()
    if row is None:
        raise HTTPException(404)
    return dict(row)
