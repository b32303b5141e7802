"""Just enough HTTP/1.1 for a control API: bodies by length or chunks, keep-alive, size limits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

MOST_HEAD = 32 * 1024
MOST_BODY = 4 * 1024 * 1024
IDLE_SECONDS = 60.0
"""A client that keeps its connection and asks nothing; Toxiproxy's limits, here and below."""
READ_SECONDS = 15.0
"""From the first byte of a request to its last one."""
WRITE_SECONDS = 30.0
"""A client that does not take its answer."""
MOST_CONNECTIONS = 256
"""Open at once; who comes when all are taken is answered 503 and closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Awaitable[Response]]


async def serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler
) -> None:
    """Answer requests on one connection until it closes, or the client lets its time pass."""
    try:
        while await _answered(reader, writer, handler):
            pass
    except (OSError, asyncio.IncompleteReadError):  # TimeoutError is an OSError
        writer.transport.abort()  # the client went away, or waits for us to
    except (ValueError, asyncio.LimitOverrunError):
        writer.write(_bare(HTTPStatus.BAD_REQUEST))
    finally:
        writer.close()


async def _answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler
) -> bool:
    """Answer one request; whether the connection is kept."""
    async with asyncio.timeout(IDLE_SECONDS):
        first = await reader.readexactly(1)
    async with asyncio.timeout(READ_SECONDS):
        request = await _read(first, reader, writer)
    response = await handler(request)
    keep = request.headers.get("connection", "").lower() != "close"
    writer.write(_rendered(response, keep=keep, bodiless=request.method == "HEAD"))
    async with asyncio.timeout(WRITE_SECONDS):
        await writer.drain()
    return keep


class Server:
    """A handler for ``asyncio.start_server`` that bounds how many clients it has at once."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._open = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        if self._open >= MOST_CONNECTIONS:
            writer.write(_bare(HTTPStatus.SERVICE_UNAVAILABLE))
            writer.close()
            return
        self._open += 1
        try:
            await serve(reader, writer, self._handler)
        finally:
            self._open -= 1


def _bare(status: HTTPStatus) -> bytes:
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: 0\r\n"
    return f"{head}Connection: close\r\n\r\n".encode("ascii")


async def _read(
    first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request:
    """One request; ValueError or LimitOverrunError for what is no HTTP or too large."""
    head = first + await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    pairs = (line.partition(":") for line in lines[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return Request(method, target, headers, await _chunked(reader))
    length = _bounded(int(headers.get("content-length", "0")))
    return Request(method, target, headers, await reader.readexactly(length))


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    """A body in chunks (RFC 9112, 7.1); extensions and trailers are dropped."""
    body = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        _bounded(len(body) + size)
        body += await reader.readexactly(size)
        await reader.readuntil(b"\r\n")
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return bytes(body)


def _bounded(length: int) -> int:
    if not 0 <= length <= MOST_BODY:
        raise ValueError(f"a body of {length} bytes")
    return length


def _rendered(response: Response, *, keep: bool, bodiless: bool) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    if response.content_type:
        lines.append(f"Content-Type: {response.content_type}")
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines.append(f"Date: {formatdate(usegmt=True)}")
    if response.status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {len(response.body)}")
    if not keep:
        lines.append("Connection: close")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")
    return head if bodiless else head + response.body
