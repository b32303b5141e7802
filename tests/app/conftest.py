"""A real PostgreSQL for all tests, a database for each, a wire that can be cut, and the service."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.postgres_template import APP_ROLE
from squall.lab.providers.process.watchdog import Watchdog
from squall_reference.main import create_app
from squall_reference.settings import Settings

LOOP: Literal["session"] = "session"
"""One loop for the server's process and for all that speak to it; test modules mark it."""

READY_SECONDS = 10.0
NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def directory() -> Iterator[Path]:
    """PostgreSQL does not run as root: another account must be able to enter."""
    path = Path(tempfile.mkdtemp(prefix="app-test-")).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def postgres(directory: Path) -> AsyncIterator[PostgresProcess]:
    keeper = Watchdog()
    keeper.watch_directory(directory)
    server = PostgresProcess(directory, keeper)
    await server.start()
    yield server
    await server.close()
    await keeper.close()


class Wire:
    """Between the service and PostgreSQL; every connection of a wire shares its fate.

    ``silent``: bytes are swallowed in both directions and nothing is closed, and a connection that
    was ever silent stays so: what a firewall leaves behind that forgot its connections.
    """

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.silent = False
        self.cut_after_commit = 0
        """So many commits reach the server, and their answers do not come back."""
        self.accepted = 0
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Nobody listens, and what was connected is cut."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def close(self) -> None:
        await self.refuse()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accepted(self, up: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
            self._writers |= {down, writer}
            await self._joined(up, down, reader, writer)
            self._writers -= {down, writer}

    async def _joined(
        self,
        up: asyncio.StreamReader,
        down: asyncio.StreamWriter,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        dead, cutting = False, False
        pending = {asyncio.ensure_future(up.read(65536)): "up"}
        pending[asyncio.ensure_future(reader.read(65536))] = "down"
        try:
            while True:
                done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for future in done:
                    way, chunk = pending.pop(future), future.result()
                    dead = dead or self.silent
                    if not chunk or (way == "down" and cutting):
                        return
                    if way == "up" and b"COMMIT;" in chunk and self.cut_after_commit:
                        self.cut_after_commit -= 1
                        cutting = True
                    if not dead:
                        (writer if way == "up" else down).write(chunk)
                    source = up if way == "up" else reader
                    pending[asyncio.ensure_future(source.read(65536))] = way
        finally:
            for future in pending:
                future.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            down.transport.abort()
            writer.transport.abort()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def wire(postgres: PostgresProcess) -> AsyncIterator[Wire]:
    made = Wire(postgres.port)
    await made.start()
    yield made
    await made.close()


@dataclass
class FinalState:
    """What is in the database, read directly, behind every wire."""

    url: str

    async def value(self, query: str, *arguments: object) -> Any:
        connection = await asyncpg.connect(self.url, ssl=False)
        try:
            if ";" in query:
                return await connection.execute(query)
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def final_state(postgres: PostgresProcess) -> AsyncIterator[FinalState]:
    """A database of this test's own."""
    name = f"test_{os.getpid()}_{next(NUMBERS)}"
    admin = await asyncpg.connect(postgres.admin_url, ssl=False)
    await admin.execute(f"CREATE DATABASE {name} OWNER {APP_ROLE}")
    yield FinalState(f"{postgres.url.rpartition('/')[0]}/{name}")
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
def admin(postgres: PostgresProcess) -> FinalState:
    """The same server from outside of this test's database."""
    return FinalState(postgres.admin_url)


@pytest.fixture
def address(final_state: FinalState, wire: Wire, postgres: PostgresProcess) -> str:
    """Of this test's database, through its wire."""
    return final_state.url.replace(f":{postgres.port}/", f":{wire.port}/")


@dataclass
class Service:
    """The service in this process, and a caller."""

    app: FastAPI
    client: httpx2.AsyncClient

    async def ready(self) -> None:
        async with asyncio.timeout(READY_SECONDS):
            while (await self.client.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - another's condition
                await asyncio.sleep(0.005)

    async def order(self, key: str, item: int = 1, quantity: int = 1, **more: Any) -> Any:
        headers = {"Idempotency-Key": key, **more}
        body = {"item_id": item, "quantity": quantity}
        return await self.client.post("/orders", json=body, headers=headers)


Serve = Callable[..., contextlib.AbstractAsyncContextManager[Service]]


@pytest.fixture
def serve(address: str, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Starts the service with settings."""
    monkeypatch.setenv("DATABASE_URL", address)

    @asynccontextmanager
    async def served(**settings: Any) -> AsyncIterator[Service]:
        values: dict[str, Any] = {"pool_size": 5, "items": 20, "stock": 100, **settings}
        app = create_app(Settings(**values))
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://orders") as client,
        ):
            yield Service(app, client)

    return served


@pytest_asyncio.fixture(loop_scope=LOOP)
async def service(serve: Serve) -> AsyncIterator[Service]:
    """Started and ready."""
    async with serve() as started:
        await started.ready()
        yield started


@pytest.fixture
def program() -> list[str]:
    """The service as a process; a port follows."""
    return [sys.executable, "-m", "squall_reference"]


async def until(ask: Callable[[], Awaitable[bool]], seconds: float = READY_SECONDS) -> None:
    """Wait for a condition, never for a duration."""
    async with asyncio.timeout(seconds):
        while not await ask():  # noqa: ASYNC110 - another's condition
            await asyncio.sleep(0.01)


@pytest.fixture
def eventually() -> Callable[..., Awaitable[None]]:
    return until
