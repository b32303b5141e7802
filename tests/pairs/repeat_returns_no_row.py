"""Tickets with a key, by Tortoise and SQL by hand.

Broken: a key that is there gives no row to ``RETURNING``, which is taken for a show that is not
there. Sound: the first ticket is looked up, and compared.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Header, HTTPException, Path
from pydantic import BaseModel, Field
from tortoise import Tortoise, fields
from tortoise.exceptions import BaseORMException
from tortoise.models import Model

from tests.pairs.ninth_parts import refuse
from tests.pairs.tortoise_parts import config_of

ERRORS = (BaseORMException, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
SELL = """INSERT INTO ticket (key, show_id, seats)
    SELECT $1, show.id, $3 FROM show WHERE show.id = $2
    ON CONFLICT (key) DO NOTHING RETURNING id"""
Number = Annotated[int, Path(ge=1, le=60)]
Key = Annotated[str, Header(min_length=1, max_length=100)]


class Show(Model):
    """What can be seen."""

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=100)


class Ticket(Model):
    """For some seats of a show."""

    id = fields.IntField(primary_key=True)
    key = fields.CharField(max_length=100, unique=True)
    show_id = fields.IntField()
    seats = fields.IntField()


class Seats(BaseModel):
    """What a client sends."""

    seats: int = Field(ge=1, le=9)


async def first_ticket(key: str, show: int, seats: int) -> int:
    """Of this key, or 404 or 409 when there is none for the same."""
    found = await Ticket.get_or_none(key=key)
    if found is None:
        raise HTTPException(404, "There is no such show.")
    if (found.show_id, found.seats) != (show, seats):
        raise HTTPException(409, "This key was used for another ticket.")
    return found.id


def make(*, looks: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await Tortoise.init(config=config_of(__name__), _enable_global_fallback=True)
        await Tortoise.generate_schemas(safe=True)
        shows = [Show(id=number, title=f"show {number}") for number in range(1, 61)]
        await Show.bulk_create(shows, ignore_conflicts=True)
        yield
        await Tortoise.close_connections()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    @app.get("/shows/{number}")
    async def read(number: Number) -> dict[str, Any]:
        show = await Show.get(id=number)
        return {"id": number, "title": show.title}

    @app.post("/shows/{number}/tickets", status_code=201)
    async def sell(number: Number, sent: Seats, idempotency_key: Key) -> dict[str, Any]:
        base = Tortoise.get_connection("default")
        rows = await base.execute_query_dict(SELL, [idempotency_key, number, sent.seats])
        if rows:
            made = rows[0]["id"]
        elif looks:
            made = await first_ticket(idempotency_key, number, sent.seats)
        else:
            raise HTTPException(404, "There is no such show.")
        return {"id": made, "show": number, "seats": sent.seats}

    return app


def broken() -> FastAPI:
    return make(looks=False)


def sound() -> FastAPI:
    return make(looks=True)
