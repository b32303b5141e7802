"""What the small apps of the fourteenth set share: engines and pools with time-outs, and 503."""

from __future__ import annotations

import psycopg
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from tests.pairs.shop import URL, unavailable

SECONDS = 1.0
"""For each wait: for a place in the pool, a connection, a statement."""
PLACES = 5
OPTIONS = {
    "connect_timeout": 2,
    "options": "-c statement_timeout=800 -c lock_timeout=500",
    "tcp_user_timeout": 1000,
}


def refuse(app: FastAPI) -> None:
    """503 while the database is away."""
    for kind in (SQLAlchemyError, psycopg.Error, PoolTimeout):
        app.add_exception_handler(kind, unavailable)


def engine() -> Engine:
    """A pool of threads' connections, not connected yet."""
    address = URL.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(
        address,
        pool_size=PLACES,
        max_overflow=0,
        pool_timeout=SECONDS,
        pool_pre_ping=True,
        connect_args=OPTIONS,
    )


def pool_in_threads() -> ConnectionPool:
    """Not open yet."""
    return ConnectionPool(
        URL, kwargs=OPTIONS, min_size=PLACES, max_size=PLACES, timeout=SECONDS, open=False,
        check=ConnectionPool.check_connection, reconnect_timeout=60,
    )  # fmt: skip


def pool(*, autocommit: bool = False) -> AsyncConnectionPool:
    """Not open yet."""
    return AsyncConnectionPool(
        URL, kwargs={**OPTIONS, "autocommit": autocommit}, min_size=PLACES, max_size=PLACES,
        timeout=SECONDS, open=False, check=AsyncConnectionPool.check_connection,
        reconnect_timeout=60,
    )  # fmt: skip
