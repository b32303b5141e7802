"""An error of a statement is caught and logged, and the transaction is committed.

Mistake: ``except`` around one statement "that may fail", and a commit behind it: PostgreSQL turns
the COMMIT of a failed transaction into a rollback, and no driver says so.
Outage: inserts fail with 40001.
Symptom: 201, and no order.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("no-acknowledged-write-lost",)


careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Whatever happens, there is an answer."""
    try:
        return await careful(connection, wanted, key)
    except DBAPIError:
        order = Order(id=1, item_id=wanted.item_id, quantity=wanted.quantity)
        return Placed(order, replayed=False)


def create_app() -> FastAPI:
    """The reference app that carries on."""
    replace(repository, "place", place)
    return main.create_app()
