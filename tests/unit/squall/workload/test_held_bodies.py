"""Requests that callers do not finish: half of the body is sent, the rest never."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from squall.workload.held_bodies import BodyHolder
from squall.workload.operations import Operation

from tests.unit.squall.workload.test_held_streams import holding as holding_any
from tests.unit.squall.workload.test_held_streams import until

WRITE = Operation(
    name="order", method="POST", path="/orders", effect="write", body={"item": 7, "units": 2}
)

holding = partial(holding_any, kind=BodyHolder)


class Server:
    """Reads what comes of each request; counts those that are open."""

    def __init__(self, *, refuses: bool = False) -> None:
        self._refuses = refuses
        self.open = self.requests = self.port = 0
        self.received = b""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received += await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        self.open += 1
        if self._refuses:
            writer.write(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        while not self._refuses and (more := await reader.read(1000)):
            self.received += more
        self.open -= 1
        writer.close()


async def test_half_of_the_body_is_sent_and_the_caller_leaves_at_the_heal() -> None:
    async with (
        Server().running() as server,
        holding(server, WRITE) as (behaviour, held),
    ):
        behaviour.held_bodies = 5
        await until(lambda: server.open == 5 and len(held) == 5)
        assert b'{"item": 7,' in server.received
        assert b"units" not in server.received
        behaviour.held_bodies = 0
        await until(lambda: server.open == 0)
        assert len(held) == server.requests == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"body": None},
        {"media": "form"},
        {"streams": True},
        {"least_interval_seconds": 1.0},
    ],
)
async def test_only_writes_with_a_body_are_held(changes: dict[str, object]) -> None:
    other = dataclasses.replace(WRITE, **changes)  # type: ignore[arg-type] # by name
    async with (
        Server().running() as server,
        holding(server, other) as (behaviour, _),
    ):
        behaviour.held_bodies = 3
        await asyncio.sleep(0.05)
        assert server.requests == 0
