"""The last statement at the end of the process is sent without protection.

Mistake: a clean-up at shutdown that takes the database for granted.
Outage: the app is told to end while the database is silent.
Symptom: the shutdown ends with an error, and what comes after it is left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference.orders.service import OrderBook

from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = ("deploy-while-database-is-silent",)
SET = "third"

CLEAN_UP = text("DELETE FROM answers WHERE created_at < now() - interval '1 day'")


@asynccontextmanager
async def cleaned_up(app: FastAPI) -> AsyncIterator[None]:
    """At the end."""
    yield
    book: OrderBook = app.state.book
    async with book._engine.connect() as held:
        await held.execute(CLEAN_UP)


def create_app() -> FastAPI:
    """The reference app that cleans up at the end."""
    return app_with(cleaned_up)
