"""Each cancelled statement halves the time limit of all statements.

Mistake: an adaptive time-out that only knows one direction.
Outage: the server cancels statements at its time limit.
Symptom: after the heal statements are cancelled that had always been quick enough.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.orders import service
from squall_reference.storage import translate
from squall_reference.storage.engine import limit_statements

from squall_mutants.shared import replace

EXPOSED_BY = ("statements-cancelled", "slow-after-cancelled-statements")
SET = "third"

SHARE = [1.0]
CANCELLED = "57014"

careful_kind = translate.kind


def kind(error: Exception) -> type[ServiceError] | None:
    """The reference's kind; a cancel lowers the limit."""
    if translate.sqlstate(error) == CANCELLED:
        SHARE[0] /= 2
    return careful_kind(error)


async def limit(held: AsyncConnection, left: float, default: float, *, transaction: bool) -> None:
    """As much as the last cancels have left."""
    if SHARE[0] == 1.0:
        await limit_statements(held, left, default, transaction=transaction)
        return
    milliseconds = max(1, int(default * 1000 * SHARE[0]))
    await held.exec_driver_sql(f"SET statement_timeout = {milliseconds}")


def create_app() -> FastAPI:
    """The reference app with less and less time."""
    replace(translate, "kind", kind)
    replace(service, "limit_statements", limit)
    return main.create_app()
