"""No pool in the app (NullPool), PgBouncer in front of the database.

Set up as SQLAlchemy's documentation says for asyncpg behind PgBouncer: no cache of prepared
statements, names that cannot meet. PgBouncer notices dead servers and bounds the connections. It
breaks on silence as everything without time-outs does, later and for more callers at once:
PgBouncer's ``query_wait_timeout`` is two minutes. Each request pays for a login at PgBouncer.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from app_under_test.patterns.shared.sessions import ASYNC_URL, app_over

engine = create_async_engine(
    ASYNC_URL,
    poolclass=NullPool,
    connect_args={
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
    },
)
app = app_over(engine)
