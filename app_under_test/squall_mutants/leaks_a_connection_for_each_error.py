"""A connection that had an error is never given back.

Mistake: ``close`` stands after the work instead of in a ``finally`` or a ``with``.
Outage: the server's disk is full.
Symptom: as many errors as the pool has places, and nobody gets a connection any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from squall_reference import main
from squall_reference.orders import service
from squall_reference.storage.engine import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("recovery-time",)


FORGOTTEN: list[AsyncConnection] = []
"""Else the garbage collector would give them back, with a warning."""


@asynccontextmanager
async def careless(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """Closed when all went well."""
    del lease  # nobody can be cut here
    held = await engine.connect().start()
    FORGOTTEN.append(held)
    yield held
    FORGOTTEN.remove(held)
    await held.close()


def create_app() -> FastAPI:
    """The reference app with a careless block."""
    replace(service, "connection", careless)
    return main.create_app()
