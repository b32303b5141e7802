"""A batch locks the items that orders change, while it works.

Mistake: the worker reads what it needs with FOR UPDATE, and sends in the same transaction.
Outage: the worker stands still in the middle of a batch.
Symptom: orders wait for it, and are refused.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.services.parcels import DONE, TAKE, TELL

from squall_mutants.shared.services import WORK_SECONDS, work

SET = "services"
EXPOSED_BY = ("worker-frozen",)
WORKER = True

LOCK = text(
    "SELECT items.id FROM items JOIN parcels ON parcels.item_id = items.id"
    " WHERE parcels.id = ANY(CAST(:parcels AS bigint[])) ORDER BY items.id FOR UPDATE OF items"
)


async def announce(held: AsyncConnection, most: int) -> int:
    """Nothing may change meanwhile."""
    async with held.begin():
        rows = (await held.execute(TAKE, {"most": most})).all()
        if rows:
            numbers = [row.parcel_id for row in rows]
            await held.execute(LOCK, {"parcels": numbers})
            await asyncio.sleep(WORK_SECONDS)
            await held.execute(TELL, {"parcels": numbers})
            await held.execute(DONE, {"ids": [row.id for row in rows]})
    return len(rows)


def create_app() -> FastAPI:
    """The reference app; its worker is greedy."""
    return main.create_app()


if __name__ == "__main__":
    work(announce)
