"""A new connection for each request.

Mistake: no pool, because "connections are cheap" and there is nothing that could go stale.
Outage: the network is 60 ms slower.
Symptom: a new connection costs a dozen round trips; requests need ten times the network's delay.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.storage import engine

EXPOSED_BY = ("slow-network",)
CAUGHT_BY = ("availability",)


careful = create_async_engine
OF_A_POOL = ("pool_size", "max_overflow", "pool_timeout")


def without_pool(*arguments: Any, **options: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's
    """The engine as the reference makes it, without a pool."""
    kept = {name: value for name, value in options.items() if name not in OF_A_POOL}
    return careful(*arguments, poolclass=NullPool, **kept)


async def warm(_self: engine.Database) -> None:
    """There is nothing to warm."""


def create_app() -> FastAPI:
    """The reference app without a pool."""
    replace(engine, "create_async_engine", without_pool)
    replace(engine.Database, "warm", warm)
    replace(main, "_observe", lambda *_parts: None)
    return main.create_app()
