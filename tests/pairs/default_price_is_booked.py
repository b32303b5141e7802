"""Bookings at the tariff of their room.

Broken: when the tariff cannot be read, the booking is made at the default price.
Sound: it is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from tortoise import Tortoise, fields
from tortoise.exceptions import BaseORMException
from tortoise.models import Model

from tests.pairs.ninth_parts import refuse
from tests.pairs.tortoise_parts import config_of

DEFAULT = 100
ERRORS = (BaseORMException, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
Number = Annotated[int, Path(ge=1, le=20)]


class Tariff(Model):
    """What a night costs."""

    id = fields.IntField(primary_key=True)
    price = fields.IntField()


class Booking(Model):
    """What was booked."""

    id = fields.IntField(primary_key=True)
    room = fields.IntField()
    nights = fields.IntField()
    total = fields.IntField()


class Wish(BaseModel):
    """What a client sends."""

    room: int = Field(ge=1, le=20)
    nights: int = Field(ge=1, le=9)


def make(*, has_default: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await Tortoise.init(config=config_of(__name__), _enable_global_fallback=True)
        await Tortoise.generate_schemas(safe=True)
        rooms = [Tariff(id=room, price=80 + room) for room in range(1, 21)]
        await Tariff.bulk_create(rooms, ignore_conflicts=True)
        yield
        await Tortoise.close_connections()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    async def price(room: int) -> int:
        try:
            return (await Tariff.get(id=room)).price
        except ERRORS:
            if not has_default:
                raise
            return DEFAULT

    @app.post("/bookings", status_code=201)
    async def book(wish: Wish) -> dict[str, int]:
        total = wish.nights * await price(wish.room)
        made = await Booking.create(room=wish.room, nights=wish.nights, total=total)
        return {"id": made.id, "room": made.room, "nights": made.nights, "total": made.total}

    @app.get("/bookings/{number}")
    async def read(number: int) -> dict[str, int]:
        found = await Booking.get_or_none(id=number)
        if found is None:
            raise HTTPException(404)
        return {"id": found.id, "room": found.room, "nights": found.nights, "total": found.total}

    @app.get("/rooms/{number}")
    async def room(number: Number) -> dict[str, int]:
        found = await Tariff.get(id=number)
        return {"id": found.id, "price": found.price}

    return app


def broken() -> FastAPI:
    return make(has_default=True)


def sound() -> FastAPI:
    return make(has_default=False)
