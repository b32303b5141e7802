"""What cannot be read is answered with an empty item and status 200.

Mistake: a "graceful" default for every read, so that the page still renders.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: shops show items without a name, and nothing tells that they are not the real ones.
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


async def or_nothing(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    _response: Response,
) -> list[Item]:
    """The rows, or an item that says nothing."""
    try:
        return await desk.book.read(query, desk.deadline)
    except ServiceError:
        return [Item.model_construct(id=int(key), name="", stock=0)]


def create_app() -> FastAPI:
    """The reference app with an empty default."""
    replace(items, "_or_copy", or_nothing)
    return main.create_app()
