"""A stand-in on real sockets, in this process, with the client of the harness."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from squall_faults.proxy.api import http
from squall_faults.stand_in.answer_book import AnswerBook
from squall_faults.stand_in.stand_in_api import StandInApi
from squall_faults.stand_in.stand_in_server import MAX_HEAD, StandInServer
from squall_faults.upstream_client import StandInClient

TOKEN = "t0ken"  # noqa: S105 - of a test
RATE = b'{"id": 7, "rate": 1.25, "currency": "EUR", "note": "as of noon"}'
BOOK = [
    {"method": "GET", "path": "/rates/{id}", "body": base64.b64encode(RATE).decode()},
    {"method": "POST", "path": "/charges", "status": 201, "headers": {"X-Kind": "test"}},
    {"method": "DELETE", "path": "/charges/{id}", "status": 204},
]


@dataclass
class StandIn:
    server: StandInServer
    client: StandInClient
    port: int
    api_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def raw(self, sent: bytes, *, close: bool = True) -> bytes:
        """All that comes back for these bytes, until the end of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        if close:
            writer.write_eof()
        async with asyncio.timeout(5):
            received = await reader.read()
        writer.close()
        return received


@asynccontextmanager
async def running() -> AsyncIterator[StandIn]:
    server = StandInServer(AnswerBook.read(json.dumps(BOOK).encode()))
    serving = await asyncio.start_server(server.__call__, "127.0.0.1", 0, limit=MAX_HEAD)
    api = http.Server(StandInApi(server, TOKEN).handle)
    control = await asyncio.start_server(api.__call__, "127.0.0.1", 0, limit=http.MAX_HEAD)
    ports = [one.sockets[0].getsockname()[1] for one in (serving, control)]
    try:
        yield StandIn(server, StandInClient("127.0.0.1", ports[1], TOKEN), *ports)
    finally:
        serving.close()
        control.close()


@pytest.fixture
async def stand_in() -> Any:
    async with running() as one:
        yield one
