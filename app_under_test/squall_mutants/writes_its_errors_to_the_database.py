"""Each refusal adds a row to a table of errors, through the same pool, and waits for it.

Mistake: a log handler that writes to the database which it reports on.
Outage: the database refuses, or is silent.
Symptom: refusals are slow, and each one costs one more attempt.
"""

from __future__ import annotations

from contextlib import suppress

from fastapi import FastAPI, Request
from fastapi.responses import Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from squall_reference import main, problems
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage", "hot-statement-hangs", "statements-cancelled")
SET = "sixth"

TABLE = "CREATE TABLE failures (at timestamptz NOT NULL DEFAULT now(), what text NOT NULL)"
NOTE = text("INSERT INTO failures (what) VALUES (:what)")

careful = problems._service_error


async def note(engine: AsyncEngine, what: str) -> None:
    """For the statistics."""
    async with engine.connect() as held:
        await held.execute(NOTE, {"what": what})


async def answer(request: Request, error: Exception) -> Response:
    """Note it, then say it."""
    with suppress(Exception):
        await note(request.app.state.book._engine, type(error).__name__)
    return await careful(request, error)


def create_app() -> FastAPI:
    """The reference app with a table of errors."""
    replace(schema, "STATEMENTS", (*schema.STATEMENTS, TABLE))
    replace(problems, "_service_error", answer)
    return main.create_app()
