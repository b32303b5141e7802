"""The stock is answered from the catalogue's copy in an outage.

Mistake: one helper for all reads; that this number may never be old was forgotten.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: an old number that looks fresh, and customers buy by it.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.api.deps import DeskDep, Number
from squall_reference.errors import DeadlineExceeded, Transient
from squall_reference.orders import repository
from squall_reference.orders.model import Stock

EXPOSED_BY = ("known-outage",)
SET = "fourth"
LOAD = "read-stock"


async def read_stock(number: Number, desk: DeskDep) -> Stock:
    """The number, or what it was."""
    try:
        item = await desk.book.read(lambda held: repository.item(held, number), desk.deadline)
    except (Transient, DeadlineExceeded):
        copy = await desk.copies.recall(str(number))
        if copy is None:
            raise
        item = copy.value[0]
    return Stock(item_id=item.id, stock=item.stock)


def create_app() -> FastAPI:
    """The reference app with a copy for everything."""
    app = main.create_app()
    app.get("/items/{number}/stock")(read_stock)
    app.router.routes.insert(0, app.router.routes.pop())
    return app
