"""The caller's key is a variable of the session; a note beside the connection says that it is set.

Mistake: a rollback takes the variable back, and not the note.
Outage: a transaction is rolled back, and repeated on the same connection.
Symptom: the repeat works under the key of the request before.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import InFlight, KeyReused, NotFound, OutOfStock
from squall_reference.orders import idempotency, repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.storage.engine import _raw

from squall_mutants.shared import replace

EXPOSED_BY = (
    "serialization-failures",
    "deadlocks",
    "commit-refused",
    "any-statement-cancelled",
)
SET = "twelfth"
CALLER = "caller"
OF_SESSION = "current_setting('orders.caller')"

SET_CALLER = text("SELECT set_config('orders.caller', :key, false)")
PLACE = text(str(repository.PLACE).replace("CAST(:key AS text)", OF_SESSION))
ANSWER = text(str(idempotency.ANSWER).replace(":key", OF_SESSION))


async def _identify(connection: AsyncConnection, key: str) -> None:
    """Tell the session who calls, unless it knows."""
    info = _raw(connection).info
    if info.get(CALLER) != key:
        await connection.execute(SET_CALLER, {"key": key})
        info[CALLER] = key


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The reference's, with the session's key."""
    await _identify(connection, key)
    digest = wanted.digest()
    row = (await connection.execute(PLACE, {**wanted.model_dump(), "digest": digest})).one()
    if row.body is not None:
        if not row.done:
            raise OutOfStock
        return Placed(Order.model_validate_json(row.body), replayed=False)
    found = (await connection.execute(ANSWER, {"operation": "place-order"})).one_or_none()
    if found is None:
        raise NotFound if row.mine else InFlight
    if found.request_hash != digest:
        raise KeyReused
    return Placed(Order.model_validate_json(found.body), replayed=True)


def create_app() -> FastAPI:
    """The reference app whose sessions know their callers."""
    replace(repository, "place", place)
    return main.create_app()
