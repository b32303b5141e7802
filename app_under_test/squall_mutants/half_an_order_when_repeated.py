"""The first attempt changes what it was given.

Mistake: ``body.pop("quantity", 1)`` inside of the part that is repeated.
Outage: inserts fail with 40001.
Symptom: the repeat succeeds, with another quantity than was ordered.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"

BEGUN: set[str] = set()

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """What was ordered, the first time."""
    if key in BEGUN:
        wanted = wanted.model_copy(update={"quantity": 1})
    BEGUN.add(key)
    placed = await careful(connection, wanted, key)
    BEGUN.discard(key)
    return placed


def create_app() -> FastAPI:
    """The reference app that forgets a part."""
    replace(repository, "place", place)
    return main.create_app()
