"""A tiny HTTP server that misbehaves on demand and counts what it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from squall.history.op import Op
from squall.workload.open_loop import OpenLoop
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan

GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

READ = Operation(name="read-item", method="GET", path="/items/1", effect="read")

PLAN = LoadPlan(
    base_url="http://127.0.0.1:1",
    operations=(READ,),
    rate_per_second=100.0,
    arrivals="constant",
    seed=1,
    run_id="run",
    start_at=0.0,
    max_seconds=5.0,
    timeout_seconds=2.0,
)


@dataclass
class Server:
    """Answers the n-th request (from 0) with ``answer(n)``.

    Bytes are sent; None cuts the connection with FIN, ``"rst"`` with RST, ``"silence"`` never
    answers.
    """

    answer: Callable[[int], bytes | str | None]
    cuts_kept: bool = False
    """Cut a connection at its second request."""
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        kept = False
        try:
            while await self._answered(await _request(reader), writer, kept=kept):
                kept = True
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client hung up
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answered(self, request: bytes, writer: asyncio.StreamWriter, *, kept: bool) -> bool:
        self.requests.append(request)
        self.arrived.set()
        answer = None if kept and self.cuts_kept else self.answer(len(self.requests) - 1)
        if answer == "silence":
            await asyncio.Event().wait()
        if answer == "rst":
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
        return isinstance(answer, bytes) and b"Connection: close" not in answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[str]:
        """The request lines, in order of arrival."""
        return [request.split(b"\r\n", 1)[0].decode() for request in self.requests]


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head + await reader.readexactly(length)


@asynccontextmanager
async def listening(
    answer: Callable[[int], bytes | str | None] = lambda _: GOOD, *, cuts_kept: bool = False
) -> AsyncIterator[Server]:
    """A server for the length of a block."""
    server = Server(answer, cuts_kept)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


ANSWERED = 2


async def sent(
    server_url: str,
    count: int,
    *,
    behave: dict[str, float] | None = None,
    again: list[dict[str, str]] | None = None,
    **changes: Any,
) -> tuple[list[Op], OpenLoop]:
    """Offer exactly ``count`` requests at a constant rate, and wait for their end.

    ``again``: requests that are asked for again as soon as two have their answers.
    """
    plan = replace(PLAN, base_url=server_url, start_at=time.monotonic(), **changes)
    ops: list[Op] = []

    def record(op: Op) -> None:
        ops.append(op)
        if len(ops) == ANSWERED and again:
            loop.ask_again(again)

    loop = OpenLoop(plan, record)
    for name, value in (behave or {}).items():
        setattr(loop.behaviour, name, value)
    loop.stop(plan.start_at + (count - 0.5) / plan.rate_per_second)
    await loop.run()
    return sorted(ops, key=lambda op: op.id), loop


@pytest.fixture
def http() -> Any:
    """The helpers above, for tests (they are not packages and cannot import them)."""

    class Http:
        good = GOOD
        plan = PLAN
        read = READ

    Http.listening = staticmethod(listening)  # type: ignore[attr-defined] # a bag of names
    Http.sent = staticmethod(sent)  # type: ignore[attr-defined] # the same
    return Http
