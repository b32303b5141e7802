"""Each order has a row of its audit.

Broken: a background task writes it, and its errors are logged. Sound: the order's transaction does.
"""

from __future__ import annotations

import logging
import uuid
from typing import Annotated, Any

import psycopg
from fastapi import BackgroundTasks, FastAPI, HTTPException
from fastapi import Path as InPath
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.bases import ask, psycopg_app

TABLES = (
    "CREATE TABLE IF NOT EXISTS purchase (id uuid PRIMARY KEY, amount int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS purchase_audit (purchase_id uuid PRIMARY KEY, what text NOT NULL)",
)
Number = Annotated[uuid.UUID, InPath()]


class Purchase(BaseModel):
    """What a client sends."""

    amount: int = Field(ge=1, le=1000)


def purchase_of(number: uuid.UUID, amount: int) -> str:
    """Its statement."""
    return f"INSERT INTO purchase VALUES ('{number}', {amount})"  # noqa: S608 - typed values


def audit_of(number: uuid.UUID) -> str:
    """Its statement."""
    return f"INSERT INTO purchase_audit VALUES ('{number}', 'bought')"  # noqa: S608 - a UUID


def amount_of(number: uuid.UUID) -> str:
    """Its statement."""
    return f"SELECT amount FROM purchase WHERE id = '{number}'"  # noqa: S608 - a UUID


def make(*, later: bool) -> FastAPI:
    app = psycopg_app(TABLES)

    async def audit(number: uuid.UUID) -> None:
        try:
            await ask(app.state.pool, audit_of(number))
        except (psycopg.Error, PoolTimeout, OSError):
            logging.getLogger(__name__).exception("the audit of %s", number)

    @app.post("/purchases", status_code=201)
    async def buy(sent: Purchase, tasks: BackgroundTasks) -> dict[str, Any]:
        number = uuid.uuid4()
        add = purchase_of(number, sent.amount)
        if later:
            await ask(app.state.pool, add)
            tasks.add_task(audit, number)
        else:
            both = f"WITH bought AS ({add}) {audit_of(number)}"
            await ask(app.state.pool, both)
        return {"id": str(number), "amount": sent.amount}

    @app.get("/purchases/{number}")
    async def read(number: Number) -> dict[str, Any]:
        row = await ask(app.state.pool, amount_of(number))
        if row is None:
            raise HTTPException(404)
        return {"id": str(number), "amount": row[0]}

    return app


def broken() -> FastAPI:
    return make(later=True)


def sound() -> FastAPI:
    return make(later=False)
