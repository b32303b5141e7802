"""A list's copy is kept under the name of its route.

Mistake: the cache's key leaves the parameters out.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: page two shows page one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "fourth"
LOAD = "list-items"

careful = items._or_copy


async def or_copy(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """One copy for all pages."""
    return await careful("list" if "+" in key else key, query, desk, response)


def create_app() -> FastAPI:
    """The reference app with a short key."""
    replace(items, "_or_copy", or_copy)
    return main.create_app()
