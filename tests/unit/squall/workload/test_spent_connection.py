"""uvicorn closes a connection after an exception: no later request is cut by that."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest
from squall.workload.http_exchange import client_session, exchange

GRACE = 0.05
"""How long the server leaves the connection open after its answer."""


class OneAnswerServer:
    """Answers with a status, then closes; a request that comes in between is never read."""

    def __init__(self) -> None:
        self.connections = 0
        self.status = 200
        self.served = asyncio.TaskGroup()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.served.create_task(self.serve(reader, writer))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            body = b"x" * 3
            head = f"HTTP/1.1 {self.status} Told\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
            if self.status >= 400:
                await asyncio.sleep(GRACE)
                break
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def server() -> AsyncIterator[tuple[OneAnswerServer, str]]:
    one = OneAnswerServer()
    listening = await asyncio.start_server(one.accept, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with asyncio.timeout(5), one.served:
        yield one, f"http://127.0.0.1:{port}/"
    listening.close()


@pytest.mark.parametrize("status", [500, 401])
async def test_the_request_after_an_error_has_a_connection_of_its_own(
    server: tuple[OneAnswerServer, str], status: int
) -> None:
    one, url = server
    async with client_session(5) as session:
        one.status = status
        assert (await exchange(session, "GET", url)).body == b"xxx"
        one.status = 200
        assert (await exchange(session, "GET", url)).status == 200
    assert one.connections == 2


@pytest.mark.parametrize("status", [200, 201])
async def test_other_answers_leave_their_connection_to_the_next_request(
    server: tuple[OneAnswerServer, str], status: int
) -> None:
    one, url = server
    one.status = status
    async with client_session(5) as session:
        for _ in range(3):
            assert (await exchange(session, "GET", url)).status == status
    assert one.connections == 1


CALLERS, EACH = 8, 40


async def answer_in_two_parts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Head and body apart, as uvicorn sends them; /422 is refused. The connection stays open."""
    with contextlib.suppress(OSError):
        while line := await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            status = 422 if b"/422" in line else 200
            writer.write(f"HTTP/1.1 {status} Told\r\ncontent-length: 3\r\n\r\n".encode())
            await asyncio.sleep(0.001)
            writer.write(b"xxx")
    writer.close()


async def test_no_request_takes_a_connection_that_is_about_to_be_closed() -> None:
    """Another request may be sent in the moment in which the last byte of an error arrives."""
    listening = await asyncio.start_server(answer_in_two_parts, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    seen: Counter[int] = Counter()

    async def call(session: aiohttp.ClientSession, number: int) -> None:
        for turn in range(EACH):
            path = "/422" if (turn + number) % 2 else "/200"
            seen[(await exchange(session, "GET", url + path)).status] += 1

    async with asyncio.timeout(20), client_session(5) as session, asyncio.TaskGroup() as tasks:
        for number in range(CALLERS):
            tasks.create_task(call(session, number))
    listening.close()
    assert seen == {200: CALLERS * EACH / 2, 422: CALLERS * EACH / 2}
