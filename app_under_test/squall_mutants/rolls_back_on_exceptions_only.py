"""A pool of raw connections, whose users roll back in ``except Exception``.

Mistake: CancelledError is no Exception, so a cancelled request's transaction goes back open.
Outage: some connections stall, and the requests on them are cancelled at their limit.
Symptom: sessions idle in a transaction with its locks; the next request commits what was given up.
"""

from __future__ import annotations

import asyncio
import os
import re

import asyncpg
from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded, InFlight, KeyReused, NotFound
from squall_reference.orders import repository
from squall_reference.orders.idempotency import ANSWER
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.translate import translate_errors

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-held", "one-connection-in-three-stalls")
SET = "fifth"

SIZE = 10
LIMIT_SECONDS = 0.3
PLACES = asyncio.Semaphore(SIZE)
IDLE: list[asyncpg.Connection] = []


def numbered(statement: str, **names: str) -> str:
    """As the driver wants parameters: by number, with a type."""
    order = list(names)
    return re.sub(
        r"(?<!:):(\w+)",
        lambda found: f"${order.index(found[1]) + 1}::{names[found[1]]}",
        statement,
    )


PLACE = numbered(
    repository.PLACE.text, key="text", digest="text", item_id="integer", quantity="integer"
)
FIND = numbered(ANSWER.text.replace(":operation", "'place-order'"), key="text")


async def borrowed() -> asyncpg.Connection:
    """One that is open."""
    while IDLE:
        held = IDLE.pop()
        if not held.is_closed():
            return held
    return await asyncpg.connect(os.environ["DATABASE_URL"], timeout=LIMIT_SECONDS)


async def work(held: asyncpg.Connection, wanted: OrderRequest, key: str) -> Placed:
    """The order, or the one that stands."""
    row = await held.fetchrow(PLACE, key, wanted.digest(), wanted.item_id, wanted.quantity)
    if row["body"] is not None:
        return Placed(Order.model_validate_json(row["body"]), replayed=False)
    found = await held.fetchrow(FIND, key)
    if found is None:
        raise NotFound if row["mine"] else InFlight
    if found["request_hash"] != wanted.digest():
        raise KeyReused
    return Placed(Order.model_validate_json(found["body"]), replayed=True)


async def placed(held: asyncpg.Connection, wanted: OrderRequest, key: str) -> Placed:
    """In a transaction of our own making."""
    await held.execute("BEGIN")
    try:
        done = await work(held, wanted, key)
        await held.execute("COMMIT")
    except Exception:
        await held.execute("ROLLBACK")
        raise
    return done


async def place(_self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """With a connection of the small pool, within a limit."""
    try:
        async with asyncio.timeout(min(LIMIT_SECONDS, deadline.remaining())), PLACES:
            with translate_errors():
                held = await borrowed()
                try:
                    return await placed(held, wanted, key)
                finally:
                    IDLE.append(held)
    except TimeoutError:
        raise DeadlineExceeded from None


def create_app() -> FastAPI:
    """The reference app with a small pool."""
    replace(OrderBook, "place", place)
    return main.create_app()
