"""Readiness by asking: only a session that is let in, or a good answer, counts."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from squall.lab import readiness
from squall.lab.endpoint import Endpoint


@asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that reads once and answers; None never answers. Its port, and what it read."""
    read: list[bytes] = []
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = await reader.read(1000)
        if not words:  # it only asked whether somebody listens
            writer.close()
            return
        read.append(words)
        if answer is None:
            await gone.wait()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], read
    gone.set()
    server.close()
    await server.wait_closed()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "ASK_SECONDS", 0.2)


async def test_asking_ends_with_the_first_yes() -> None:
    answers = iter([False, False, True])

    async def ask() -> bool:
        return next(answers)

    assert await readiness.wait_until(ask, 5)
    assert list(answers) == []


async def test_asking_ends_with_the_time() -> None:
    async def ask() -> bool:
        return False

    begun = time.monotonic()
    assert not await readiness.wait_until(ask, 0.05)
    assert 0.05 <= time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"R\0\0\0\x08\0\0\0\0", True),
        (b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0", True),
        (b"E\0\0\0\x10SFATAL\0C57P03\0\0", False),
        (b"", False),
        (None, False),
    ],
    ids=["lets one in", "wants a password", "57P03", "hangs up", "silent"],
)
async def test_a_session_must_be_let_in(answer: bytes | None, ready: bool) -> None:
    async with answering(answer) as (port, read):
        assert await readiness.accepts_sessions(Endpoint("127.0.0.1", port), "me", "app") is ready
    startup = read[0]
    assert int.from_bytes(startup[:4], "big") == len(startup)
    assert startup[4:8] == b"\0\x03\0\0"
    assert b"user\0me\0database\0app\0application_name\0squall-observer\0\0" in startup


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 307 Elsewhere\r\n\r\n", False),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", False),
        (b"HTTP/1.1 503 Not Yet\r\n\r\n", False),
        (b"\r\n", False),
        (b"", False),
        (None, False),
    ],
    ids=str,
)
async def test_an_answer_must_be_good(answer: bytes | None, ready: bool) -> None:
    async with answering(answer) as (port, read):
        assert await readiness.answers_http("127.0.0.1", port, "/readyz") is ready
    assert read[0].startswith(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:")


async def test_nobody_there_is_not_ready() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert not await readiness.accepts_sessions(Endpoint("127.0.0.1", port), "me", "app")
        assert not await readiness.answers_http("127.0.0.1", port, "/")
