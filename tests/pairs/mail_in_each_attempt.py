"""Invitations that run again after a conflict, each with a mail that a mailer sends from a table.

Broken: the mail is written on a connection of its own, in each attempt. Sound: in the transaction.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS invitation (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " title text NOT NULL, guests int NOT NULL);"
    "CREATE TABLE IF NOT EXISTS mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " subject text NOT NULL)"
)
INVITE = "INSERT INTO invitation (title, guests) VALUES ($1, $2) RETURNING id"
MAIL = "INSERT INTO mail (subject) VALUES ($1)"
LATEST = "SELECT id, title, guests FROM invitation ORDER BY id DESC LIMIT 10"
ATTEMPTS = 4
CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class Invitation(BaseModel):
    """What a client sends."""

    title: str = Field(min_length=1, max_length=200)
    guests: int = Field(ge=1, le=50)


def make(*, together: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    async def attempt(held: asyncpg.Connection, sent: Invitation) -> int:
        async with held.transaction():
            number: int = await held.fetchval(INVITE, sent.title, sent.guests)
            subject = f"you are invited: {sent.title}"
            if together:
                await held.execute(MAIL, subject)
            else:
                await app.state.pool.execute(MAIL, subject)
        return number

    @app.post("/invitations", status_code=201)
    async def invite(sent: Invitation) -> dict[str, Any]:
        for left in reversed(range(ATTEMPTS)):
            try:
                async with app.state.pool.acquire(timeout=1) as held:
                    number = await attempt(held, sent)
            except CONFLICTS:
                if not left:
                    raise
            else:
                break
        return {"id": number, "title": sent.title, "guests": sent.guests}

    @app.get("/invitations")
    async def latest() -> list[dict[str, Any]]:
        async with app.state.pool.acquire(timeout=1) as held:
            return [dict(row) for row in await held.fetch(LATEST)]

    return app


def broken() -> FastAPI:
    return make(together=False)


def sound() -> FastAPI:
    return make(together=True)
