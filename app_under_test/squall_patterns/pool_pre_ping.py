"""SQLAlchemy's pool with pre-ping: a connection is tried before it is used.

It heals closed connections, so that a restart costs the requests that were under way and no other.
It breaks on silent ones: the ping itself has no limit in time, and waits like every statement. And
each request pays for one more round trip.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import create_async_engine

from squall_patterns.shared.sessions import ASYNC_URL, app_over

engine = create_async_engine(ASYNC_URL, pool_pre_ping=True)
app = app_over(engine)
