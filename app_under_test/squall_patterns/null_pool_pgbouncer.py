"""No pool in the app (NullPool), PgBouncer in front of the database.

Set up as SQLAlchemy's documentation says for asyncpg behind PgBouncer: no cache of prepared
statements, names that cannot meet. It breaks by PgBouncer's defaults: after one login that failed
it refuses everybody for 15 s (``server_login_retry``), although the database is back; and the
callers who wait for a silent database are soon more than a hundred (``max_client_conn``). Each
request pays for a login at PgBouncer.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from squall_patterns.shared.sessions import ASYNC_URL, app_over

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
