"""Tortoise-ORM, registered with the app as its documentation shows.

It breaks when the database is silent: asyncpg's pool below it has no limit in time, neither for a
statement nor for a free connection, and every caller waits as long as the silence lasts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException
from tortoise import fields
from tortoise.contrib.fastapi import RegisterTortoise
from tortoise.expressions import F
from tortoise.models import Model
from tortoise.transactions import in_transaction

from squall_patterns.shared import health
from squall_patterns.shared.shop import URL, ItemOut, Key, OrderIn, OrderOut, prepare


class Item(Model):
    """Something to order."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    stock = fields.IntField()

    class Meta:
        """Where it is."""

        table = "items"


class Order(Model):
    """An order."""

    id = fields.BigIntField(primary_key=True)
    item_id = fields.IntField()
    quantity = fields.IntField()
    idempotency_key = fields.TextField()

    class Meta:
        """Where it is."""

        table = "orders"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Before the first request, and after the last."""
    await prepare()
    url = URL.replace("postgresql://", "asyncpg://", 1)
    async with RegisterTortoise(app, db_url=url, modules={"models": [__name__]}):
        yield


app = FastAPI(lifespan=lifespan)
app.include_router(health.router)


@app.get("/items/{number}", response_model=ItemOut)
async def read_item(number: int) -> Item:
    """One item."""
    item = await Item.get_or_none(id=number)
    if item is None:
        raise HTTPException(404)
    return item


@app.get("/orders/{number}", response_model=OrderOut)
async def read_order(number: int) -> Order:
    """One order."""
    order = await Order.get_or_none(id=number)
    if order is None:
        raise HTTPException(404)
    return order


@app.post("/orders", status_code=201, response_model=OrderOut)
async def place_order(wanted: OrderIn, key: Key) -> Any:  # noqa: ANN401 - a model of Tortoise's
    """Place an order."""
    async with in_transaction():
        await Item.filter(id=wanted.item_id).update(stock=F("stock") - wanted.quantity)
        return await Order.create(**wanted.model_dump(), idempotency_key=key)
