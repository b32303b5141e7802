"""How long statements take, and a log of the slow ones: with the statement, never its parameters.

Parameters are customers' data; a log is read by more people than a database.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

STATEMENT, CONTEXT = 2, 4
"""Among the arguments of SQLAlchemy's cursor events; the context lives as long as a statement."""

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

    def began(*arguments: Any) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
        arguments[CONTEXT].statement_began = now()

    def ended(*arguments: Any) -> None:  # noqa: ANN401 - the same
        seconds = now() - arguments[CONTEXT].statement_began
        observe(seconds)
        if seconds >= slow_seconds:
            shown = " ".join(arguments[STATEMENT].split())[:SHOWN]
            log.warning("slow query", statement=shown, seconds=round(seconds, 4))

    event.listen(engine.sync_engine, "before_cursor_execute", began)
    event.listen(engine.sync_engine, "after_cursor_execute", ended)
