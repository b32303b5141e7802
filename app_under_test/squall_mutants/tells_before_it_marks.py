"""A job is done in one transaction, and marked in the next.

Mistake: so that none is lost; and nothing tells the second notice from the first.
Outage: the worker is killed in between.
Symptom: two notices of one parcel.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.services.parcels import DONE, TAKE, TELL

from squall_mutants.shared.services import WORK_SECONDS, work

SET = "services"
EXPOSED_BY = ("worker-crashed",)
CAUGHT_BY = ("one-effect",)
WORKER = True


async def announce(held: AsyncConnection, most: int) -> int:
    """First it is done."""
    async with held.begin():
        rows = (await held.execute(TAKE, {"most": most})).all()
        if rows:
            await held.execute(TELL, {"parcels": [row.parcel_id for row in rows]})
    if rows:
        await asyncio.sleep(WORK_SECONDS)
        async with held.begin():
            await held.execute(DONE, {"ids": [row.id for row in rows]})
    return len(rows)


def create_app() -> FastAPI:
    """The reference app; its worker is broken."""
    return main.create_app()


if __name__ == "__main__":
    work(announce)
