"""SQLAlchemy's pool with recycling: a connection is replaced when it is half an hour old.

It cures balancers that drop old connections, if the number is below theirs. It breaks as the bare
pool does: every outage is over, or has taken every connection, long before the half hour is.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import create_async_engine

from squall_patterns.shared.sessions import ASYNC_URL, app_over

engine = create_async_engine(ASYNC_URL, pool_recycle=1800)
app = app_over(engine)
