"""An update changes the copy before its commit, and nothing takes that back.

Mistake: "the cache must never be behind the database".
Outage: updates are refused, and reads are answered from the copy.
Symptom: reads show a value that was refused.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.api.deps import DeskDep, Number
from squall_reference.orders.model import Stock, StockRequest

EXPOSED_BY = ("known-outage", "statements-cancelled")
SET = "fifth"
LOAD = "set-stock"


async def set_stock(number: Number, wanted: StockRequest, desk: DeskDep) -> Stock:
    """First the copy, then the row."""
    copy = await desk.copies.recall(str(number))
    if copy is not None:
        desk.copies._kept_at.pop(str(number), None)
        changed = copy.value[0].model_copy(update={"stock": wanted.stock})
        await desk.copies.keep(str(number), [changed])
    return await desk.book.set_stock(number, wanted, desk.deadline)


def create_app() -> FastAPI:
    """The reference app with a hasty copy."""
    app = main.create_app()
    app.put("/items/{number}/stock")(set_stock)
    app.router.routes.insert(0, app.router.routes.pop())
    return app
