"""An app without a pool takes every session of the server in an outage; they end after it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
from squall.lab.lab import Lab
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog

SLEEPS = "SELECT pg_sleep(3)"
SESSIONS = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3)' AND state = 'active'"
LIMIT = 99
"""Of 100; one is the test's. Sessions that have not logged in take those of superusers, too."""


async def held(url: str) -> None:
    """A session for a moment, as an app makes one for each request."""
    connection = await asyncpg.connect(url, timeout=30, ssl=False)
    try:
        await connection.execute(SLEEPS)
    finally:
        connection.terminate()


def lab_of(server: Any) -> Any:
    """As much of a lab as the question needs."""
    wiring = SimpleNamespace(servers=())
    watch = SimpleNamespace(lost=tuple)
    return SimpleNamespace(
        watch=watch, _wiring=wiring, database=server, _parts=SimpleNamespace(dependencies=())
    )


async def test_a_server_whose_sessions_are_all_taken_is_not_lost(public_directory: Path) -> None:
    keeper = Watchdog()
    keeper.watch_directory(public_directory)
    server = PostgresProcess(public_directory, keeper)
    await server.start()
    try:
        watcher = await asyncpg.connect(server.admin_url, ssl=False)
        flood = asyncio.gather(*(held(server.admin_url) for _ in range(LIMIT)))
        async with asyncio.timeout(20):
            while len(await watcher.fetch(SESSIONS)) < LIMIT:  # noqa: ASYNC110 - theirs
                await asyncio.sleep(0.02)
            assert not await server.accepts()
            assert await Lab.broken(lab_of(server)) == ""
            await flood
        watcher.terminate()
        await server.kill()
        assert "does not accept" in await Lab.broken(lab_of(server))
    finally:
        await server.close()
        await keeper.close()
