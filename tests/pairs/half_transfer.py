"""Money goes from one account to another, with Tortoise.

Broken: each statement is a transaction of its own. Sound: both are one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Path
from pydantic import BaseModel, Field
from tortoise import Tortoise, fields
from tortoise.exceptions import BaseORMException
from tortoise.expressions import F
from tortoise.models import Model
from tortoise.transactions import in_transaction

from tests.pairs.shop import AWAY, unavailable

ACCOUNTS = 20
PLACES = 10
WAIT_SECONDS = 0.6
Number = Annotated[int, Path(ge=1, le=ACCOUNTS)]


class Account(Model):
    """An account and what is on it."""

    id = fields.IntField(primary_key=True)
    balance = fields.IntField()


class Transfer(BaseModel):
    """What a client sends."""

    source: int = Field(ge=1, le=ACCOUNTS // 2)
    target: int = Field(ge=ACCOUNTS // 2 + 1, le=ACCOUNTS)
    amount: int = Field(ge=1, le=10)


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
    some = [Account(id=number, balance=100_000) for number in range(1, ACCOUNTS + 1)]
    await Account.bulk_create(some, ignore_conflicts=True)
    yield
    await Tortoise.close_connections()


@asynccontextmanager
async def place(places: asyncio.Semaphore) -> AsyncIterator[None]:
    """A bounded wait for a place of the pool: Tortoise has none. A limit around a transaction of
    Tortoise may cancel its end, and keep the connection.
    """
    async with asyncio.timeout(WAIT_SECONDS):
        await places.acquire()
    try:
        yield
    finally:
        places.release()


def make(*, whole: bool) -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    places = asyncio.Semaphore(PLACES)
    for kind in (*AWAY, BaseORMException):
        app.add_exception_handler(kind, unavailable)

    @app.post("/transfers", status_code=201)
    async def transfer(sent: Transfer) -> dict[str, int]:
        unit: AbstractAsyncContextManager[Any] = in_transaction() if whole else nullcontext()
        async with place(places), unit:
            taken = Account.filter(id=sent.source)
            await taken.update(balance=F("balance") - sent.amount)
            given = Account.filter(id=sent.target)
            await given.update(balance=F("balance") + sent.amount)
        return sent.model_dump()

    @app.get("/accounts/{number}")
    async def read(number: Number) -> dict[str, int]:
        async with place(places):
            account = await Account.get(id=number)
        return {"id": account.id, "balance": account.balance}

    return app


def broken() -> FastAPI:
    return make(whole=False)


def sound() -> FastAPI:
    return make(whole=True)
