"""A limit that is lowered for one request stays on the session.

Mistake: ``SET`` instead of ``SET LOCAL`` on a pooled connection.
Outage: sessions are cut, so repeats have less time and lower the limit.
Symptom: later requests on these connections are cancelled, though they have time.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import service

from squall_mutants.shared import replace

EXPOSED_BY = ("database-crash-restart",)
CAUGHT_BY = ("session-leftovers",)
SET = "second"

LEAST_MS = 20


async def limit(held: AsyncConnection, left: float, default: float, *, transaction: bool) -> None:
    """Lower it, and never raise it again."""
    del transaction
    if left < default:
        await held.exec_driver_sql(f"SET statement_timeout = {max(LEAST_MS, int(left * 1000))}")


def create_app() -> FastAPI:
    """The reference app that leaves traces."""
    replace(service, "limit_statements", limit)
    return main.create_app()
