"""Accounts with a name and a balance, with Tortoise.

Broken: a new name is saved with all that was read before, the balance too. Sound: the name alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Header, Path
from pydantic import BaseModel, Field
from tortoise import Tortoise, fields
from tortoise.exceptions import BaseORMException
from tortoise.expressions import F
from tortoise.models import Model
from tortoise.transactions import in_transaction

from tests.pairs.half_transfer import PLACES, place
from tests.pairs.shop import AWAY, unavailable

OWNERS = 20
PAID = "INSERT INTO payment VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key"
Number = Annotated[int, Path(ge=1, le=OWNERS)]
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Owner(Model):
    """Who has an account."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    balance = fields.IntField()


class Payment(Model):
    """What was paid in, once for each key."""

    key = fields.TextField(primary_key=True)
    amount = fields.IntField()


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


class Amount(BaseModel):
    """What a client sends."""

    amount: int = Field(ge=1, le=100)


def settings() -> dict[str, Any]:
    """Of Tortoise: ten connections, with limits."""
    at = urlsplit(os.environ["DATABASE_URL"])
    credentials = {
        "host": at.hostname, "port": at.port, "user": at.username, "password": at.password,
        "database": at.path[1:], "min_size": 5, "max_size": PLACES, "timeout": 0.7,
        "command_timeout": 0.7,
    }  # fmt: skip
    return {
        "connections": {
            "default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
        },
        "apps": {"models": {"models": [__name__], "default_connection": "default"}},
    }


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    await Tortoise.init(config=settings(), _enable_global_fallback=True)
    await Tortoise.generate_schemas()
    some = [Owner(id=number, name=f"owner {number}", balance=0) for number in range(1, OWNERS + 1)]
    await Owner.bulk_create(some, ignore_conflicts=True)
    yield
    await Tortoise.close_connections()


def make(*, whole: bool) -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    places = asyncio.Semaphore(PLACES)
    for kind in (*AWAY, BaseORMException):
        app.add_exception_handler(kind, unavailable)

    @app.put("/accounts/{number}/name")
    async def rename(number: Number, sent: Name) -> dict[str, Any]:
        async with place(places):
            owner = await Owner.get(id=number)
            owner.name = sent.name
            await owner.save(update_fields=None if whole else ["name"])
        return {"id": number, "name": sent.name}

    @app.post("/accounts/{number}/payments", status_code=201)
    async def pay(number: Number, sent: Amount, idempotency_key: Key) -> dict[str, Any]:
        async with place(places), in_transaction() as unit:
            if await unit.execute_query_dict(PAID, [idempotency_key, sent.amount]):
                paid = Owner.filter(id=number).using_db(unit)
                await paid.update(balance=F("balance") + sent.amount)
        return {"key": idempotency_key, "amount": sent.amount}

    @app.get("/accounts/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with place(places):
            owner = await Owner.get(id=number)
        return {"id": owner.id, "name": owner.name, "balance": owner.balance}

    return app


def broken() -> FastAPI:
    return make(whole=True)


def sound() -> FastAPI:
    return make(whole=False)
