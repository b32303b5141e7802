"""Whether a connection goes back is left to the garbage collector.

Mistake: no ``async with``: after an error nobody closes what was opened.
Outage: statements are cancelled by the server's time limit.
Symptom: the collector closes connections at some time, without a word to the server, and says so
in the log.
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

EXPOSED_BY = ("statements-cancelled",)
CAUGHT_BY = ("log-clean",)


@asynccontextmanager
async def careless(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """Closed when all went well; else dropped."""
    del lease  # nobody can be cut here
    held = await engine.connect().start()
    yield held
    await held.close()


def create_app() -> FastAPI:
    """The reference app that leaves cleaning to others."""
    replace(service, "connection", careless)
    return main.create_app()
