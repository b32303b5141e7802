"""Small apps with a trap for the derived workload, each on a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.lab.discovery import Discovery, discover
from squall.lab.user_tables import RunSql
from squall_faults.ports import Traffic


class Database:
    """Counts statements as the proxy does."""

    def __init__(self) -> None:
        self.statements = 0

    def execute(self) -> int:
        """One statement."""
        self.statements += 1
        return self.statements

    async def traffic(self) -> Traffic:
        """What the proxy would have seen."""
        return Traffic(
            open=1, accepted=1, upstream_bytes=0, downstream_bytes=0, statements=self.statements
        )


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a port of its own, in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(app, log_level="critical", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


async def discovered(
    app: FastAPI, database: Database, run_sql: RunSql | None = None, **given: Any
) -> Discovery:
    """What discovery makes of an app."""
    with served(app) as url:
        fields = {"name": "app", "app": "app:app", "contract": DEFAULT_CONTRACT, **given}
        profile = AppProfile(**fields)
        async with asyncio.timeout(60):
            return await discover(profile, url, 1, database.traffic, run_sql=run_sql)


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def discovery_of(database: Database) -> Callable[..., Any]:
    """Discovery of an app, with fields of its profile."""

    def start(app: FastAPI, **given: Any) -> Any:
        return discovered(app, database, **given)

    return start


@pytest.fixture
def serving() -> Callable[[FastAPI], Any]:
    return served
