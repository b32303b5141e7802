"""The lock of an idempotency key belongs to the session, and is released after COMMIT.

Mistake: ``pg_try_advisory_lock`` instead of the lock of the transaction; an error skips its end.
Outage: statements or COMMITs are refused, and the pooled session lives on.
Symptom: repeats with that key are refused with 409 as long as the session is in the pool.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.errors import InFlight
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.engine import TRANSACTION, connection
from squall_reference.storage.lease import Lease
from squall_reference.storage.translate import Commit, translate_errors

from squall_mutants.shared import replace

EXPOSED_BY = (
    "commit-refused",
    "any-statement-cancelled",
    "callers-retry-what-failed",
    "deadlocks",
    "callers-repeat-at-once",
)
SET = "eighth"

LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('held ' || CAST(:key AS text), 0))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended('held ' || CAST(:key AS text), 0))")


async def placed(self: OrderBook, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
    """One attempt in one transaction, under a lock around it."""
    commit = Commit()
    with translate_errors(commit):
        async with connection(self._engine, lease) as held:
            await held.execution_options(isolation_level=TRANSACTION)
            transaction = await held.begin()
            await self._limit(held, transaction=True)
            if not (await held.execute(LOCK, {"key": key})).scalar_one():
                raise InFlight
            result = await repository.place(held, wanted, key)
            with commit.sent():
                await transaction.commit()
            await held.execute(UNLOCK, {"key": key})
    return result


def create_app() -> FastAPI:
    """The reference app with locks of sessions."""
    replace(OrderBook, "_placed", placed)
    return main.create_app()
