"""The background probe closes its own connection on the good path only.

Mistake: close stands after the query instead of in a finally.
Outage: some statements are cancelled by the server.
Symptom: sessions grow with each failed probe.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import asyncpg
from fastapi import FastAPI
from squall_reference import main
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("any-statement-cancelled",)
SET = "fourth"

KEPT: list[asyncpg.Connection] = []


def probe_of(database: Database, seconds: float) -> Callable[[], Awaitable[None]]:
    """SELECT 1 on a new connection."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def probe() -> None:
        held = await asyncpg.connect(url, timeout=seconds)
        KEPT.append(held)
        await held.fetchval("SELECT 1 FROM items LIMIT 1", timeout=seconds)
        KEPT.remove(held)
        await held.close()

    return probe


def create_app() -> FastAPI:
    """The reference app with another probe."""
    replace(main, "probe_of", probe_of)
    return main.create_app()
