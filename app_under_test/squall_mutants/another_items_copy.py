"""The key of the cache forgets which item was asked.

Mistake: a decorator makes the key of the function's name, and leaves out its arguments.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: every item is the one that was read last.
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
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"

careful = items._or_copy


async def forgetful(
    _key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """One copy for all items."""
    return await careful("item", query, desk, response)


def create_app() -> FastAPI:
    """The reference app with one copy."""
    replace(items, "_or_copy", forgetful)
    return main.create_app()
