"""After an outage copies are preferred for five seconds.

Mistake: "give the database time to breathe", while writes go to it all the same.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: the database is back, and reads still show what was true before.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("recovery-time",)
SET = "second"

SECONDS = 5.0
LAST_COPY = [float("-inf")]

careful = items._or_copy


async def lasting(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """The reference's answer; for some seconds after a copy was needed, copies alone."""
    if time.monotonic() - LAST_COPY[0] < SECONDS:
        copy = await desk.copies.recall(key)
        if copy is not None:
            response.headers.update(copy.headers)
            return copy.value
    found = await careful(key, query, desk, response)
    if "Age" in response.headers:
        LAST_COPY[0] = time.monotonic()
    return found


def create_app() -> FastAPI:
    """The reference app that trusts its copies for longer."""
    replace(items, "_or_copy", lasting)
    return main.create_app()
