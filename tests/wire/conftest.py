"""A PostgreSQL server with a forwarder before it that does what a Wire says."""

from __future__ import annotations

import asyncio
import shutil
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults.proxy.actions import (
    Action,
    Close,
    Direction,
    EndOfFile,
    Hold,
    ResetConnection,
    ToClient,
    ToServer,
)
from squall_faults.proxy.rules.armed_rules import Armed
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet


class Forwarded:
    """One connection."""

    def __init__(
        self, wire: Interceptor, client: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        self.wire = wire
        self.client = client
        self.server = server

    async def pump(self, reader: asyncio.StreamReader, direction: Direction) -> None:
        up = direction is Direction.UP
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                self.do(self.wire.client_bytes(data) if up else self.wire.server_bytes(data))
        self.do(self.wire.client_finished() if up else self.wire.server_finished())

    def do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case ToServer(data):
                    self.server.write(data)
                case ToClient(data):
                    self.client.write(data)
                case Hold(_, _, seconds) if seconds is not None:
                    asyncio.get_running_loop().call_later(seconds, self.release, action)
                case Hold():
                    pass
                case EndOfFile() | Close():
                    self.client.close()
                    self.server.close()
                case ResetConnection():
                    self.reset()

    def release(self, hold: Hold) -> None:
        self.do(self.wire.release(hold))

    def reset(self) -> None:
        for writer in (self.client, self.server):
            handle = writer.get_extra_info("socket")
            with suppress(OSError):  # it may be closed already
                handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Bench:
    """The server, the forwarder and its rules."""

    def __init__(self, url: str) -> None:
        self.direct = url
        self.rules = RuleSet()
        self.connections: list[Forwarded] = []
        self.refuse_encryption = False
        self._parts = urlsplit(url)
        self._listener: asyncio.Server | None = None

    async def start(self) -> None:
        self._listener = await asyncio.start_server(self._accepted, "127.0.0.1", 0)

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for connection in self.connections:
            connection.reset()
        for connection in self.connections:
            for writer in (connection.client, connection.server):
                with suppress(ConnectionError):
                    await writer.wait_closed()

    @property
    def url(self) -> str:
        assert self._listener is not None
        port = self._listener.sockets[0].getsockname()[1]
        role = f"{self._parts.username}:{self._parts.password}"
        return f"postgresql://{role}@127.0.0.1:{port}{self._parts.path}"

    def arm(self, **values: object) -> Armed[Rule]:
        return self.rules.arm(Rule.from_dict({"id": "rule", **values}))

    def disarm(self) -> None:
        self.rules.disarm("rule")
        for connection in self.connections:
            connection.do(connection.wire.disarmed("rule"))

    async def count(self) -> int:
        """Rows of the table ``t``, asked past the forwarder."""
        connection = await asyncpg.connect(self.direct, ssl=False)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM t"))
        finally:
            await connection.close()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._parts.hostname is not None
        up_reader, up_writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        wire = Interceptor(self.rules, refuse_encryption=self.refuse_encryption)
        connection = Forwarded(wire, writer, up_writer)
        self.connections.append(connection)
        await asyncio.gather(
            connection.pump(reader, Direction.UP), connection.pump(up_reader, Direction.DOWN)
        )


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Where the server's account can read: it does not run as root."""
    path = Path(tempfile.mkdtemp(prefix="wire-test-")).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(directory: Path) -> AsyncIterator[str]:
    keeper = Watchdog()
    keeper.watch_directory(directory)
    server = PostgresProcess(directory, keeper)
    try:
        await server.start()
        yield server.url
    finally:
        await server.close()
        await keeper.close()


@pytest_asyncio.fixture(loop_scope="module")
async def bench(database: str) -> AsyncIterator[Bench]:
    setup = await asyncpg.connect(database, ssl=False)
    await setup.execute("DROP TABLE IF EXISTS t; CREATE TABLE t (n int)")
    await setup.close()
    bench = Bench(database)
    await bench.start()
    try:
        yield bench
    finally:
        await bench.close()


@pytest.fixture
def psql() -> str:
    path = shutil.which("psql")
    if path is None:
        pytest.skip("psql is missing")
    return path
