"""`statement_timeout` is set in seconds.

Mistake: PostgreSQL wants milliseconds; less than a second becomes 0, which means none.
Outage: statements are slow or silent, so that little time is left for repeats.
Symptom: statements without a limit on pooled sessions.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import service
from squall_reference.storage.engine import STATEMENT_MS, _raw, _rounded

from squall_mutants.shared import replace

EXPOSED_BY = ("silent-network", "pool-exhausted-by-slow-queries")
SET = "fourth"


async def limit_statements(
    held: AsyncConnection, left: float, default: float, *, transaction: bool
) -> None:
    """As the reference does, in another unit."""
    raw = _raw(held)
    wanted = _rounded(min(default, left), default) // 1000
    if raw.info.get(STATEMENT_MS, int(default)) == wanted and left >= default:
        return
    local = "LOCAL " if transaction else ""
    await held.exec_driver_sql(f"SET {local}statement_timeout = {wanted}")
    if not transaction:
        raw.info[STATEMENT_MS] = wanted


def create_app() -> FastAPI:
    """The reference app with the wrong unit."""
    replace(service, "limit_statements", limit_statements)
    return main.create_app()
