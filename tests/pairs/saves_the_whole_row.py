"""Contacts whose address and number are changed by routes of their own.

Broken: a change is made to the object that was read, and all of it is saved, so that the other
field goes back to what it was. Sound: the field alone is saved.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Path
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS contact (id int PRIMARY KEY, email text, phone text);"
    "INSERT INTO contact SELECT n, 'c' || n || '@example.org', '0' || n"
    " FROM generate_series(1, 20) n ON CONFLICT DO NOTHING"
)
READ = "SELECT id, email, phone FROM contact WHERE id = $1"
SAVE = "UPDATE contact SET email = $2, phone = $3 WHERE id = $1"
SAVE_ONE = {
    "email": "UPDATE contact SET email = $2 WHERE id = $1",
    "phone": "UPDATE contact SET phone = $2 WHERE id = $1",
}
Number = Annotated[int, Path(ge=1, le=20)]


class Email(BaseModel):
    """What a client sends."""

    email: str = Field(min_length=3, max_length=60)


class Phone(BaseModel):
    """What a client sends."""

    phone: str = Field(min_length=3, max_length=40)


def make(*, whole: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    async def change(number: int, field: str, value: str) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            contact = dict(await held.fetchrow(READ, number))
            contact[field] = value
            if whole:
                await held.execute(SAVE, number, contact["email"], contact["phone"])
            else:
                await held.execute(SAVE_ONE[field], number, value)
        return {"id": number, field: value}

    @app.put("/contacts/{number}/email")
    async def set_email(number: Number, sent: Email) -> dict[str, Any]:
        return await change(number, "email", sent.email)

    @app.put("/contacts/{number}/phone")
    async def set_phone(number: Number, sent: Phone) -> dict[str, Any]:
        return await change(number, "phone", sent.phone)

    @app.get("/contacts/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            return dict(await held.fetchrow(READ, number))

    return app


def broken() -> FastAPI:
    return make(whole=True)


def sound() -> FastAPI:
    return make(whole=False)
