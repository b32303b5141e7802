"""Async engine and session dependency, bare: five connections, ten more at need.

It breaks when a connection dies unnoticed: the first request on it fails. When the database is
silent nothing ends the wait: 15 requests hold the pool, the others wait 30 s for it, and a
connection that stays silent is never given back.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import create_async_engine

from squall_patterns.shared.sessions import ASYNC_URL, app_over

engine = create_async_engine(ASYNC_URL)
app = app_over(engine)
