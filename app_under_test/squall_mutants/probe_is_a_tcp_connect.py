"""The background probe opens a TCP connection, and asks nothing.

Mistake: "the port is open" is taken for "the database answers".
Outage: the database accepts connections and answers nothing.
Symptom: ready while nothing can be served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from squall_reference import main
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("database-frozen", "server-accepts-never-replies")
SET = "fifth"


def probe_of(database: Database, seconds: float) -> Callable[[], Awaitable[None]]:
    """Whether the port is open."""
    url = database.engine.url

    async def probe() -> None:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(url.host, url.port)
        writer.close()

    return probe


def create_app() -> FastAPI:
    """The reference app with a quick probe."""
    replace(main, "probe_of", probe_of)
    return main.create_app()
