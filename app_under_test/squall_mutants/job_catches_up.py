"""A job reads the catalogue's first page fifty times a second, and makes up for each run it missed.

Mistake: what was missed is done at once, on the requests' connections.
Outage: the database, or the process, stands still for a while.
Symptom: when it goes on, requests are refused, because the job has all connections.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import FastAPI
from squall_reference.orders import repository

from squall_mutants.shared.lifespan import app_beside

EXPOSED_BY = (
    "known-outage",
    "silent-network",
    "app-frozen",
    "unreachable-host",
)
SET = "twelfth"
PERIOD_SECONDS = 0.02
PAGE = 100


async def _run(app: FastAPI) -> None:
    async with app.state.book._engine.connect() as held:
        await repository.items(held, 0, PAGE)


async def _repeat(app: FastAPI) -> None:
    now = asyncio.get_running_loop().time
    due = now()
    while True:
        await asyncio.sleep(PERIOD_SECONDS)
        missed = int((now() - due) / PERIOD_SECONDS)
        if not missed or not app.state.readiness.started:
            continue
        with suppress(Exception):
            await _run(app)
            due += missed * PERIOD_SECONDS
            rest = (_run(app) for _ in range(missed - 1))
            await asyncio.gather(*rest, return_exceptions=True)


def create_app() -> FastAPI:
    """The reference app with a job."""
    return app_beside(_repeat)
