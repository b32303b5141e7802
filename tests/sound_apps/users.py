"""Users are rows, and a token names one: without its row nobody is let in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

DDL = """CREATE TABLE IF NOT EXISTS users (name text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, owner text, words text);"""


class User(BaseModel):
    """Who registers or logs in."""

    name: str


class Note(BaseModel):
    """What is written."""

    words: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The pool and the tables."""
    async with asyncio.timeout(10):
        pool = await asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=1, max_size=5, command_timeout=2, timeout=2
        )
    app.state.pool = pool
    await pool.execute(DDL)
    yield
    await pool.close()


def create_app() -> FastAPI:
    """The app."""
    app = FastAPI(lifespan=lifespan)

    @app.post("/register", status_code=201)
    async def register(user: User) -> dict[str, str]:
        await app.state.pool.execute(
            "INSERT INTO users VALUES ($1) ON CONFLICT DO NOTHING", user.name
        )
        return {"name": user.name}

    @app.post("/login")
    async def login(user: User) -> dict[str, str]:
        if not await _known(app.state.pool, user.name):
            raise HTTPException(401)
        return {"access_token": user.name}

    @app.post("/notes", status_code=201)
    async def write(note: Note, authorization: Annotated[str, Header()]) -> dict[str, Any]:
        owner = authorization.removeprefix("Bearer ")
        if not await _known(app.state.pool, owner):
            raise HTTPException(401)
        number = await app.state.pool.fetchval(
            "INSERT INTO notes (owner, words) VALUES ($1, $2) RETURNING id", owner, note.words
        )
        return {"id": number}

    return app


async def _known(pool: asyncpg.Pool, name: str) -> bool:
    return bool(await pool.fetchval("SELECT 1 FROM users WHERE name = $1", name))
