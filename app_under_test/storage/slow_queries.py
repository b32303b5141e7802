"""How long statements take, and a log of the slow ones: with the statement, never its parameters.

Parameters are customers' data; a log is read by more people than a database.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

BEGAN = "statement_began"
SHOWN = 300
"""Characters of a statement in the log."""

log = structlog.get_logger("orders")


def watch(
    engine: AsyncEngine,
    slow_seconds: float,
    observe: Callable[[float], None],
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Call ``observe`` with each statement's seconds, and log those of ``slow_seconds`` or more."""

    def began(connection: Connection, *_rest: object) -> None:
        connection.info[BEGAN] = now()

    def ended(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        seconds = now() - connection.info.pop(BEGAN)
        observe(seconds)
        if seconds >= slow_seconds:
            shown = " ".join(statement.split())[:SHOWN]
            log.warning("slow query", statement=shown, seconds=round(seconds, 4))

    event.listen(engine.sync_engine, "before_cursor_execute", began)
    event.listen(engine.sync_engine, "after_cursor_execute", ended)
