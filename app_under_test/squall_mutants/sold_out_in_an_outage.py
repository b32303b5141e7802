"""What cannot be read is answered as sold out.

Mistake: a default for the stock, so that the page still renders.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: shops show "sold out" for everything, with status 200.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import ServiceError
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"


async def or_sold_out(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    _response: Response,
) -> list[Item]:
    """The rows, or none in stock."""
    try:
        return await desk.book.read(query, desk.deadline)
    except ServiceError:
        return [Item(id=int(key), name=f"item {key}", stock=0)]


def create_app() -> FastAPI:
    """The reference app with a default."""
    replace(items, "_or_copy", or_sold_out)
    return main.create_app()
