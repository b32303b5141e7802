"""After an error a new pool is made, and the old one is forgotten.

Mistake: "reconnect" is written as a new engine, and nobody disposes of the old one.
Outage: statements are cancelled by the server's time limit, and the connections stay good.
Symptom: each error leaves a pool behind; the server's connections run out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.orders import service
from app_under_test.storage.engine import Lease
from app_under_test.storage.engine import connection as careful

EXPOSED_BY = ("statements-cancelled",)
CAUGHT_BY = ("connection-leaks",)


KEPT: list[AsyncEngine] = []


@asynccontextmanager
async def renewed(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """A connection; after an error one of a new pool, which others will use."""
    try:
        async with careful(KEPT[-1] if KEPT else engine, lease) as held:
            yield held
    except Exception:
        KEPT.append(create_async_engine(engine.url, connect_args={"ssl": False}))
        raise


def create_app() -> FastAPI:
    """The reference app that makes pools."""
    replace(service, "connection", renewed)
    return main.create_app()
