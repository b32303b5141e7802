"""No time-out for connecting, or a generous one.

Mistake: the driver's default of sixty seconds for a new connection is kept.
Outage: new connections are accepted, and nobody answers on them.
Symptom: requests hang until their deadline instead of being refused, and the circuit stays closed,
since nothing ever fails.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.storage import engine

EXPOSED_BY = ("deaf-server",)
CAUGHT_BY = ("fails-fast",)


careful = create_async_engine


def without_limit(*arguments: Any, connect_args: dict[str, Any], **options: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's
    """The engine as the reference makes it, and an hour for connecting."""
    return careful(*arguments, connect_args={**connect_args, "timeout": 3600.0}, **options)


def create_app() -> FastAPI:
    """The reference app with a patient driver."""
    replace(engine, "create_async_engine", without_limit)
    return main.create_app()
