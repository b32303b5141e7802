"""Doctors and their appointments, by SQLAlchemy on asyncpg: ten operations, one of which deletes.

What mistakes in it have in common: they stand beside requests that delete, rename and list, as in
most apps, and the rows that they spoil are named by no path.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tests.pairs.bases import async_app, async_engine

TABLES = (
    "CREATE TABLE IF NOT EXISTS doctors (id int PRIMARY KEY, name text, booked int NOT NULL)",
    """CREATE TABLE IF NOT EXISTS appointments (
        id uuid PRIMARY KEY, doctor_id int REFERENCES doctors (id), note text)""",
    """INSERT INTO doctors SELECT n, 'Doctor ' || n, 0 FROM generate_series(1, 8) n
    ON CONFLICT DO NOTHING""",
)
FIND = text("SELECT id, name, booked FROM doctors WHERE id = :id")
LIST = text("SELECT id, name, booked FROM doctors ORDER BY id")
RENAME = text("UPDATE doctors SET name = :name WHERE id = :id RETURNING id, name, booked")
COUNT = text("UPDATE doctors SET booked = booked + :by WHERE id = :id")
SET = text("UPDATE doctors SET booked = :booked WHERE id = :id")
ADD = text("INSERT INTO appointments VALUES (:id, :doctor, :note)")
SHOW = text("SELECT id, doctor_id, note FROM appointments WHERE id = :id")
REMOVE = text("DELETE FROM appointments WHERE id = :id RETURNING doctor_id")
LOST = (SQLAlchemyError, OSError, TimeoutError)
"""Errors to connect are not those of SQLAlchemy."""
FRESH_SECONDS = 0.02
STALE_SECONDS = 20.0
Number = Annotated[int, Path(ge=1, le=8)]
Count = Callable[[AsyncConnection, int], Awaitable[None]]


class Name(BaseModel):
    """What a client renames a doctor to."""

    name: str = Field(min_length=1, max_length=60)


class Appointment(BaseModel):
    """What a client books."""

    doctor_id: int = Field(ge=1, le=8)
    note: str = Field(max_length=60)


async def count_in_the_database(held: AsyncConnection, doctor: int) -> None:
    """The server adds."""
    await held.execute(COUNT, {"id": doctor, "by": 1})


async def count_in_python(held: AsyncConnection, doctor: int) -> None:
    """It is read, added to, and written."""
    row = (await held.execute(FIND, {"id": doctor})).one()
    await held.execute(SET, {"id": doctor, "booked": row.booked + 1})


async def count_apart(held: AsyncConnection, doctor: int) -> None:
    """The server adds, in a transaction of its own."""
    await count_in_the_database(held, doctor)
    await held.commit()
    await held.begin()


@dataclass(slots=True)
class Copies:
    """The list of doctors for a moment; after an error, if ``for_long``, for twenty seconds."""

    engine: AsyncEngine
    for_long: bool
    rows: list[dict[str, Any]] | None = None
    until: float = 0.0

    async def read(self) -> list[dict[str, Any]]:
        """The list, from the database or as it was."""
        if self.rows is not None and time.monotonic() < self.until:
            return self.rows
        try:
            async with self.engine.begin() as held:
                self.rows = [dict(row) for row in (await held.execute(LIST)).mappings()]
        except LOST:
            if self.rows is None or not self.for_long:
                raise
            self.until = time.monotonic() + STALE_SECONDS
        else:
            self.until = time.monotonic() + (FRESH_SECONDS if self.for_long else 0.0)
        return self.rows


def make(
    *, count: Count = count_in_the_database, hides_errors: bool = False, stale: bool = False
) -> FastAPI:
    """The clinic. ``hides_errors``: a doctor that cannot be read is not there."""
    engine = async_engine()
    app = async_app(engine, TABLES)
    _add_doctors(app, engine, Copies(engine, for_long=stale), hides_errors=hides_errors)
    _add_appointments(app, engine, count)
    return app


def _add_doctors(app: FastAPI, engine: AsyncEngine, copies: Copies, *, hides_errors: bool) -> None:
    @app.get("/doctors")
    async def doctors() -> list[dict[str, Any]]:
        return await copies.read()

    @app.get("/doctors/{number}")
    async def doctor(number: Number) -> dict[str, Any]:
        try:
            async with engine.begin() as held:
                row = (await held.execute(FIND, {"id": number})).mappings().one()
        except LOST:
            if hides_errors:
                raise HTTPException(404, "no such doctor") from None
            raise
        return dict(row)

    @app.put("/doctors/{number}")
    async def rename(number: Number, sent: Name) -> dict[str, Any]:
        async with engine.begin() as held:
            named = {"id": number, "name": sent.name}
            return dict((await held.execute(RENAME, named)).mappings().one())


def _add_appointments(app: FastAPI, engine: AsyncEngine, count: Count) -> None:
    @app.post("/appointments", status_code=201)
    async def book(sent: Appointment) -> dict[str, Any]:
        new = {"id": uuid.uuid4(), "doctor": sent.doctor_id, "note": sent.note}
        async with engine.connect() as held:
            await count(held, sent.doctor_id)
            await held.execute(ADD, new)
            await held.commit()
        return {"id": str(new["id"]), "doctor_id": sent.doctor_id, "note": sent.note}

    @app.get("/appointments/{number}")
    async def appointment(number: uuid.UUID) -> dict[str, Any]:
        async with engine.begin() as held:
            row = (await held.execute(SHOW, {"id": number})).mappings().one_or_none()
        if row is None:
            raise HTTPException(404, "no such appointment")
        return {**row, "id": str(row["id"])}

    @app.delete("/appointments/{number}", status_code=204)
    async def cancel(number: uuid.UUID) -> None:
        async with engine.begin() as held:
            doctor = (await held.execute(REMOVE, {"id": number})).scalar_one_or_none()
            if doctor is None:
                raise HTTPException(404, "no such appointment")
            await held.execute(COUNT, {"id": doctor, "by": -1})
