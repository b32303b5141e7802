"""A job is marked in one transaction, and done in the next.

Mistake: so that nobody else does it meanwhile.
Outage: the worker is killed in between.
Symptom: a parcel without a notice.
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
CAUGHT_BY = ("work-is-done",)
WORKER = True


async def announce(held: AsyncConnection, most: int) -> int:
    """First it is ours."""
    async with held.begin():
        rows = (await held.execute(TAKE, {"most": most})).all()
        if rows:
            await held.execute(DONE, {"ids": [row.id for row in rows]})
    if rows:
        await asyncio.sleep(WORK_SECONDS)
        async with held.begin():
            await held.execute(TELL, {"parcels": [row.parcel_id for row in rows]})
    return len(rows)


def create_app() -> FastAPI:
    """The reference app; its worker is broken."""
    return main.create_app()


if __name__ == "__main__":
    work(announce)
