"""A list is made of two queries, and the second one's error is skipped.

Mistake: an except clause in a loop logs and goes on.
Outage: some statements are cancelled by the server.
Symptom: a list with half of its rows, and status 200.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api.deps import After, DeskDep
from squall_reference.errors import ServiceError
from squall_reference.orders import repository
from squall_reference.orders.model import Item

Limit = Annotated[int, Query(ge=1, le=100)]

EXPOSED_BY = ("any-statement-cancelled",)
SET = "fourth"
LOAD = "list-items"


async def list_items(desk: DeskDep, after: After = 0, limit: Limit = 20) -> list[Item]:
    """In two halves."""
    half = (limit + 1) // 2

    async def first(held: AsyncConnection) -> list[Item]:
        return await repository.items(held, after, half)

    found = await desk.book.read(first, desk.deadline)
    if len(found) < half or half == limit:
        return found
    last = found[-1].id

    async def second(held: AsyncConnection) -> list[Item]:
        return await repository.items(held, last, limit - half)

    try:
        found += await desk.book.read(second, desk.deadline)
    except ServiceError:
        return found
    return found


def create_app() -> FastAPI:
    """The reference app with a list in two halves."""
    app = main.create_app()
    app.get("/items")(list_items)
    app.router.routes.insert(0, app.router.routes.pop())
    return app
