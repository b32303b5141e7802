"""Streams that callers keep open: as many as wanted, read to the end, closed at the heal."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import pytest
from squall.workload import held_streams
from squall.workload.client_behaviour import ClientBehaviour
from squall.workload.held_streams import StreamHolder
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
STREAM = Operation(name="events", method="GET", path="/events", effect="read", streams=True)


class Server:
    """Answers each request with a stream; counts those that are open now, and all of them."""

    def __init__(self, answer: bytes = HEAD, *, ends: bool = False) -> None:
        self._answer = answer
        self._ends = ends
        self.open = 0
        self.requests = 0
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        self.open += 1
        writer.write(self._answer + b"data: 1\n\n")
        if not self._ends:
            # Until the caller leaves; one that has not read everything resets the connection.
            with suppress(ConnectionResetError):
                await reader.read()
        self.open -= 1
        writer.close()


def plan(port: int, *operations: Operation) -> LoadPlan:
    return LoadPlan(
        base_url=f"http://127.0.0.1:{port}",
        operations=operations,
        rate_per_second=1,
        arrivals="constant",
        seed=1,
        run_id="r",
        start_at=time.monotonic(),
        max_seconds=30,
        timeout_seconds=5,
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nothing tells of a peer's count
            await asyncio.sleep(0.005)


class Peer(Protocol):
    """What the callers connect to."""

    port: int


@asynccontextmanager
async def holding(
    server: Peer, *operations: Operation, kind: type[StreamHolder] = StreamHolder
) -> AsyncIterator[tuple[ClientBehaviour, list[float]]]:
    behaviour, opened = ClientBehaviour(seed=1), list[float]()
    holder = kind(
        plan(server.port, *operations), behaviour, lambda: opened.append(time.monotonic())
    )
    task = asyncio.get_running_loop().create_task(holder.run())
    yield behaviour, opened
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_as_many_are_open_as_wanted_and_none_after_the_heal() -> None:
    async with Server().running() as server, holding(server, STREAM) as (behaviour, opened):
        behaviour.held_streams = 7
        await until(lambda: server.open == 7 and len(opened) == 7)
        behaviour.held_streams = 2
        await until(lambda: server.open == 2)
        behaviour.held_streams = 0
        await until(lambda: server.open == 0)
        assert len(opened) == server.requests == 7


async def test_the_end_of_a_run_closes_them() -> None:
    async with Server().running() as server:
        async with holding(server, STREAM) as (behaviour, _):
            behaviour.held_streams = 3
            await until(lambda: server.open == 3)
        await until(lambda: server.open == 0)


async def test_only_streams_are_held() -> None:
    other = dataclasses.replace(STREAM, name="item", streams=False)
    async with Server().running() as server, holding(server, other) as (behaviour, _):
        behaviour.held_streams = 3
        await asyncio.sleep(0.05)
        assert server.requests == 0


async def test_a_refused_stream_is_no_bite_and_is_tried_again_after_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held_streams, "REOPEN_SECONDS", 0.05)
    refusing = Server(b"HTTP/1.1 503 No\r\nConnection: close\r\n\r\n", ends=True)
    async with refusing.running() as server, holding(server, STREAM) as (behaviour, opened):
        behaviour.held_streams = 1
        began = time.monotonic()
        await until(lambda: server.requests == 3)
        assert time.monotonic() - began >= 2 * 0.05
        assert opened == []
