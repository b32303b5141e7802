"""Servers that answer as no healthy server does."""

from __future__ import annotations

import asyncio
import functools
import gzip
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def plain(status: bytes, *headers: bytes, body: bytes = b"{}") -> bytes:
    """An answer with a length."""
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def drip() -> Iterator[bytes | float]:
    """A body of one byte after the other, without an end."""
    yield HEAD + b"Content-Length: 100000\r\n\r\n"
    for _ in itertools.count():
        yield b"x"
        yield 0.05


@functools.cache
def bomb() -> bytes:
    """64 MiB of zeros in 64 KiB."""
    body = gzip.compress(b"\0" * (64 << 20))
    return plain(b"200 OK", b"Content-Encoding: gzip", body=body)


HOSTILE: dict[str, Callable[[], Iterable[bytes | float]]] = {
    "unknown charset": lambda: [
        plain(b"500 Oops", b"Content-Type: text/plain; charset=hex", body=b"zz")
    ],
    "endless chunked body": lambda: itertools.chain([CHUNKED], itertools.repeat(CHUNK)),
    "gzip bomb": lambda: [bomb()],
    "broken gzip": lambda: [plain(b"200 OK", b"Content-Encoding: gzip", body=b"no gzip")],
    "drip": drip,
    "header of 5 MB": lambda: [plain(b"200 OK", b"X-Big: " + b"x" * 5_000_000)],
    "100,000 headers": lambda: [plain(b"200 OK", *(b"X-%d: y" % n for n in range(100_000)))],
    "1xx without end": lambda: itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n" * 100),
    "status 000": lambda: [plain(b"000 Zero")],
    "status 999": lambda: [plain(b"999 Odd")],
    "two lengths": lambda: [HEAD + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"],
    "negative length": lambda: [HEAD + b"Content-Length: -2\r\n\r\n{}"],
    "no status line": lambda: [b"\x00\xff\xfe" * 1000],
    "redirect to another host": lambda: [plain(b"307 Go", b"Location: http://127.0.0.2:1/")],
    "Retry-After of 20 digits": lambda: [plain(b"503 No", b"Retry-After: " + b"9" * 20)],
    "Retry-After in other digits": lambda: [
        plain(b"503 No", b"Retry-After: \xd9\xa3\xd9\xa3", b"Content-Type: \xff\xfe")
    ],
    "problem without end": lambda: [
        plain(b"500 No", b"Content-Type: application/problem+json", body=b"[" * 100_000)
    ],
    "event stream without end": lambda: itertools.chain(
        [b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"],
        itertools.cycle([b"data: 1\n\n", 0.02]),
    ),
}


async def send(writer: asyncio.StreamWriter, pieces: Iterable[bytes | float]) -> None:
    """Write bytes; a number is a pause in seconds."""
    for piece in pieces:
        if isinstance(piece, float):
            await asyncio.sleep(piece)
        else:
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def answering(pieces: Callable[[], Iterable[bytes | float]]) -> AsyncIterator[str]:
    """A server that answers each request with these bytes; a number is a pause in seconds."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await send(writer, pieces())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left
        finally:
            writer.transport.abort()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(serve(reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def hostile() -> Any:
    """The names above, for tests: they are not packages and cannot import them."""

    class Hostile:
        answers = HOSTILE

    Hostile.answering = staticmethod(answering)  # type: ignore[attr-defined] # a bag of names
    Hostile.plain = staticmethod(plain)  # type: ignore[attr-defined] # the same
    return Hostile


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "hostile_answer" in metafunc.fixturenames:
        metafunc.parametrize("hostile_answer", sorted(HOSTILE))
