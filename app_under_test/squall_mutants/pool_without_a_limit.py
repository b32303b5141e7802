"""The pool grows without a limit.

Mistake: ``max_overflow=-1`` and nothing in front of it: "the database will cope".
Outage: every statement takes a fifth of a second longer.
Symptom: each caller opens a connection, until the server has no place left for anybody.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from squall_reference import main
from squall_reference.resilience.bulkhead import Bulkhead
from squall_reference.storage import engine

from squall_mutants.shared import replace

EXPOSED_BY = ("pool-exhausted-by-slow-queries",)
CAUGHT_BY = ("connection-leaks",)


careful, bounded = create_async_engine, Bulkhead.__init__


def growing(*arguments: Any, **options: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's
    """The engine as the reference makes it, without a limit."""
    return careful(*arguments, **{**options, "max_overflow": -1})


def unbounded(self: Bulkhead, *, running: int, queued: int, wait_seconds: float) -> None:
    """Places for everybody."""
    bounded(self, running=1000 * running, queued=queued, wait_seconds=wait_seconds)


def create_app() -> FastAPI:
    """The reference app with as many connections as callers."""
    replace(engine, "create_async_engine", growing)
    replace(Bulkhead, "__init__", unbounded)
    return main.create_app()
