"""uvicorn closes a connection after an exception: no later request is cut by that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

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
