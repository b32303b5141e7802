"""An error of COMMIT is logged and dropped.

Mistake: "the statements went through, what should go wrong now": 40001 and constraints that are
checked at the end do.
Outage: the server refuses some COMMITs with 40001.
Symptom: acknowledged, and not there.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncTransaction
from squall_reference import main
from squall_reference.storage.translate import sqlstate

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-refused",)
CAUGHT_BY = ("no-acknowledged-write-lost",)
SET = "second"

careful = AsyncTransaction.commit


async def commit(self: AsyncTransaction) -> None:
    """Nothing is wrong unless the connection is gone."""
    try:
        await careful(self)
    except DBAPIError as error:
        if (sqlstate(error) or "")[:2] not in ("23", "40"):
            raise


def create_app() -> FastAPI:
    """The reference app that does not listen."""
    replace(AsyncTransaction, "commit", commit)
    return main.create_app()
