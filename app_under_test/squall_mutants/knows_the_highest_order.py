"""The highest number of an order is kept in memory: what is above it cannot exist.

Mistake: other processes take orders, too.
Outage: a new version runs beside the old one.
Symptom: 404 for an order that was acknowledged.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference.api.deps import DeskDep, Number
from squall_reference.errors import NotFound
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.problems import documented
from squall_reference.resilience.deadline import Deadline
from squall_reference.settings import Settings
from squall_reference.storage import migrate
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace
from squall_mutants.shared.routes import app_that_reads

EXPOSED_BY = ("rolling-deploy", "callers-retry-what-failed", "commit-reply-lost")
SET = "twelfth"
HIGHEST = text("SELECT coalesce(max(id), 0) FROM orders")
ensure_tables = migrate.ensure
place_order = OrderBook.place


class Seen:
    """The highest number that this process knows."""

    highest = 0


async def ensure(database: Database, settings: Settings) -> None:
    """The tables, and the number that is reached."""
    await ensure_tables(database, settings)
    async with database.engine.connect() as held:
        Seen.highest = (await held.execute(HIGHEST)).scalar_one()


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """An order whose number is known from now on."""
    placed = await place_order(self, wanted, key, deadline)
    Seen.highest = max(Seen.highest, placed.order.id)
    return placed


async def read_order(number: Number, desk: DeskDep) -> Order:
    """One order, if there can be one."""
    if number > Seen.highest:
        raise NotFound
    return await desk.book.read(lambda held: repository.order(held, number), desk.deadline)


def create_app() -> FastAPI:
    """The reference app that spares the database a question."""
    replace(migrate, "ensure", ensure)
    replace(OrderBook, "place", place)
    return app_that_reads("/orders/{number}", read_order, responses=documented(400, 404, 422))
