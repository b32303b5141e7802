"""Connections are replaced when they are a second old, so that the app follows a failover.

Mistake: all are given up at the same time, whether new ones can be had or not.
Outage: new sessions are refused, or take long.
Symptom: what the old sessions would have served is refused.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.asyncio import create_async_engine as create_engine
from squall_reference import main
from squall_reference.storage import engine

from squall_mutants.shared import replace

EXPOSED_BY = (
    "logins-refused",
    "password-changed",
    "too-many-connections",
    "slow-network",
    "network-slower-than-the-deadline",
)
SET = "twelfth"
OLD_SECONDS = 1
careful = create_engine


def create_async_engine(url: URL, **given: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's
    """An engine whose connections are never old."""
    return careful(url, pool_recycle=OLD_SECONDS, **given)


def create_app() -> FastAPI:
    """The reference app with young connections."""
    replace(engine, "create_async_engine", create_async_engine)
    return main.create_app()
