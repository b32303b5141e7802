"""SQLAlchemy's pool with time-outs: for a place in the pool, for connecting, for a statement.

Each is as long as a caller may wait, which reads well and breaks: they add up, and asyncpg takes
up to two seconds more to give a silent connection up. The waits end, though, and the pool recovers
by itself: silent connections cost one slow error each.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import create_async_engine

from squall_patterns.shared.sessions import ASYNC_URL, app_over

engine = create_async_engine(
    ASYNC_URL, pool_timeout=1, connect_args={"timeout": 1, "command_timeout": 1}
)
app = app_over(engine)
