"""Three errors in a row make a job dead.

Mistake: they are counted without a pause between them, and without asking whose fault they are.
Outage: statements are cancelled, or sessions terminated, for half a second.
Symptom: jobs that were in hand then stay pending for ever.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.services.parcels import DONE, TELL

from squall_mutants.shared.services import work

SET = "services"
EXPOSED_BY = ("any-statement-cancelled", "statements-cancelled", "sessions-terminated")
CAUGHT_BY = ("work-is-done",)
WORKER = True

OPEN = text(
    "SELECT id, parcel_id FROM outbox"
    " WHERE done_at IS NULL AND id <> ALL(CAST(:dead AS bigint[])) ORDER BY id LIMIT :most"
)
ATTEMPTS = 3
dead: list[int] = []


async def announce(held: AsyncConnection, most: int) -> int:
    """One job after the other."""
    async with held.begin():
        rows = (await held.execute(OPEN, {"dead": dead, "most": most})).all()
    for row in rows:
        for _ in range(ATTEMPTS):
            try:
                async with held.begin():
                    await held.execute(TELL, {"parcels": [row.parcel_id]})
                    await asyncio.sleep(0.05)
                    await held.execute(DONE, {"ids": [row.id]})
                break
            except (DBAPIError, OSError):
                continue
        else:
            dead.append(row.id)
    return len(rows)


def create_app() -> FastAPI:
    """The reference app; its worker is broken."""
    return main.create_app()


if __name__ == "__main__":
    work(announce)
