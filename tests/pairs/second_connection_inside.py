"""Bookings, and a log of them.

Broken: the row of the log is written by a second connection, while the first is held. Sound: by
the same one.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

from tests.pairs.bases import ask, psycopg_app
from tests.sound_apps.notes import _in_time

TABLES = (
    "CREATE TABLE IF NOT EXISTS booking (id uuid PRIMARY KEY, room int, nights int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS booking_log (booking_id uuid PRIMARY KEY, what text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS room (id int PRIMARY KEY, beds int NOT NULL)",
    "INSERT INTO room SELECT n, 2 FROM generate_series(1, 30) n ON CONFLICT DO NOTHING",
)
BOOK = "INSERT INTO booking VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
NOTE = "INSERT INTO booking_log VALUES (%s, 'booked') ON CONFLICT DO NOTHING"
Room = Annotated[int, Path(ge=1, le=30)]
Held = psycopg.AsyncConnection[Any]


class Booking(BaseModel):
    """What a client sends."""

    room: int = Field(ge=1, le=30)
    nights: int = Field(ge=1, le=14)


def make(*, nested: bool) -> FastAPI:
    app = psycopg_app(TABLES)

    async def note(number: uuid.UUID) -> None:
        async with app.state.pool.connection() as another:
            await _in_time(another, another.execute(NOTE, (number,)))

    async def book(held: Held, number: uuid.UUID, sent: Booking) -> None:
        async with held.transaction():
            await held.execute(BOOK, (number, sent.room, sent.nights))
            if nested:
                await note(number)
            else:
                await held.execute(NOTE, (number,))

    @app.post("/bookings", status_code=201)
    async def post(sent: Booking) -> dict[str, Any]:
        number = uuid.uuid4()
        async with app.state.pool.connection() as held:
            await _in_time(held, book(held, number, sent))
        return {"id": str(number), **sent.model_dump()}

    @app.get("/bookings/{number}")
    async def read(number: uuid.UUID) -> dict[str, Any]:
        found = f"SELECT room, nights FROM booking WHERE id = '{number}'"  # noqa: S608 - a UUID
        row = await ask(app.state.pool, found)
        if row is None:
            raise HTTPException(404)
        return {"id": str(number), "room": row[0], "nights": row[1]}

    @app.get("/rooms/{number}")
    async def room(number: Room) -> dict[str, int]:
        row = await ask(app.state.pool, f"SELECT beds FROM room WHERE id = {number:d}")  # noqa: S608 - a number
        return {"id": number, "beds": row[0]}

    return app


def broken() -> FastAPI:
    return make(nested=True)


def sound() -> FastAPI:
    return make(nested=False)
