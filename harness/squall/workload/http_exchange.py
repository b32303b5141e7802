"""One HTTP exchange with an untrusted server: bytes, headers and seconds are limited.

    up to 64 KiB of a body are kept ── up to 1 MiB are read and counted ── then the connection ends

The only module that sends requests with aiohttp. Redirects are answers and are never followed.
Compressed bodies are decompressed here, up to the limit: a few kilobytes can hold gigabytes. The
caller sets the deadline with ``asyncio.timeout``.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp

from squall.workload.fixed_route import fixed_route
from squall.workload.payload import payload
from squall.workload.spent_connection import SpentAfterError

BODY_KEPT = 64 * 1024
BODY_READ = 1024 * 1024
HEADER_KEPT = 1_000
"""Maximum length of a header that is kept."""

STATUSES = range(200, 600)
STREAM = "text/event-stream"
STREAM_SECONDS = 0.25
"""How long an endless stream is read before the client disconnects."""

GZIP_OR_ZLIB = 47
"""``wbits`` with which zlib detects the header of either format."""


class InvalidAnswer(aiohttp.ClientError):
    """The server's answer is not HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, bounded."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case. Values of a repeated name are joined by a comma."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    """The first bytes, decompressed."""
    length: int = 0
    """Bytes of the body that arrived, compressed."""
    whole: bool = True
    """Whether the body was received completely; so was a stream that the client left."""
    stream: bool = False
    ended: bool = True
    """Whether the body ended by itself; False for a stream that was left while it went on."""

    @property
    def text(self) -> str:
        """The body as text. Bytes that are not UTF-8 are replaced, whatever the charset."""
        return self.body.decode(errors="replace")

    @property
    def ok(self) -> bool:
        """Whether the app answered with success."""
        return self.status < 300  # noqa: PLR2004 - HTTP's 2xx


def client_session(
    seconds: float, *, fresh: bool = False, route: str = ""
) -> aiohttp.ClientSession:
    """A session without retries, cookies and decompression.

    ``fresh``: each request has its own connection. ``route``: where every host name leads.

    aiohttp repeats idempotent requests if a kept connection turns out to be closed. A hidden retry
    would hide an error of the app.
    """
    kept: dict[str, Any] = {"force_close": True} if fresh else {"keepalive_timeout": 3}
    session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds),
        connector=aiohttp.TCPConnector(limit=0, resolver=fixed_route(route), **kept),
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=SpentAfterError,
        auto_decompress=False,
        trust_env=False,
        trace_configs=[_refuse_redirects()],
    )
    session._retry_connection = False  # noqa: SLF001 - the switch has no public name
    return session


def _refuse_redirects() -> aiohttp.TraceConfig:
    """A websocket's handshake follows redirects, and credentials stay with the app."""
    trace = aiohttp.TraceConfig()

    async def refuse(*_: object) -> None:
        raise InvalidAnswer("it redirects")

    trace.on_request_redirect.append(refuse)
    return trace


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,  # noqa: ANN401 - JSON
    media: str = "json",
    stream_seconds: float = STREAM_SECONDS,
    keep: int = BODY_KEPT,
) -> Answer:
    """Send one request and read its answer. Keeps this many bytes of the body.

    Raises:
        aiohttp.ClientError, OSError, ValueError: there is no answer, or it is not HTTP.
    """
    async with session.request(method, url, **_options(headers, body, media)) as response:
        return await _answer(response, stream_seconds, keep)


async def hold_stream(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,  # noqa: ANN401 - JSON
    media: str = "json",
    on_opened: Callable[[], None],
) -> None:
    """Open a stream and read it until the server ends it; nothing of it is kept.

    ``on_opened`` is called once, with its first bytes.

    Raises:
        aiohttp.ClientError, OSError, ValueError: there is no answer, or it broke off.
    """
    async with session.request(method, url, **_options(headers, body, media)) as response:
        if response.status != HTTPStatus.OK:
            return
        if await response.content.readany():
            on_opened()
        while await response.content.readany():
            pass


async def _answer(response: aiohttp.ClientResponse, stream_seconds: float, keep: int) -> Answer:
    if response.status not in STATUSES:
        raise InvalidAnswer(f"status {response.status}")
    headers = _headers(response)
    stream = headers.get("content-type", "").lower().startswith(STREAM)
    body = _BoundedBody(headers.get("content-encoding", ""), keep)
    if stream:
        await _read_stream(response, body, stream_seconds)
    else:
        await _read(response, body)
    return Answer(
        status=response.status,
        headers=headers,
        cookies={name: morsel.value for name, morsel in response.cookies.items()},
        body=bytes(body.kept),
        length=body.length,
        whole=stream or body.ended,
        stream=stream,
        ended=body.ended,
    )


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Headers without duplicates, each value short and printable."""
    given = response.headers
    names = {name.lower() for name in given}
    return {name: _printable(", ".join(given.getall(name))[:HEADER_KEPT]) for name in names}


class _BoundedBody:
    def __init__(self, encoding: str, keep: int) -> None:
        self.kept = bytearray()
        self._keep = keep
        self.length = 0
        self.ended = False
        packed = encoding.lower().strip() in ("gzip", "x-gzip", "deflate")
        self._unpack = zlib.decompressobj(wbits=GZIP_OR_ZLIB) if packed else None

    def take(self, chunk: bytes) -> bool:
        """Keep what fits. False when enough was read."""
        self.length += len(chunk)
        room = self._keep - len(self.kept)
        if room > 0:
            self.kept += self._unpacked(chunk, room)[:room]
        return self.length < max(BODY_READ, self._keep)

    def _unpacked(self, chunk: bytes, room: int) -> bytes:
        if self._unpack is None:
            return chunk
        try:
            return self._unpack.decompress(chunk, room)
        except zlib.error:
            self._unpack = None  # not in the declared encoding: kept unchanged
            return chunk


async def _read(response: aiohttp.ClientResponse, body: _BoundedBody) -> None:
    async for chunk in response.content.iter_any():
        if not body.take(chunk):
            response.close()
            return
    body.ended = True


async def _read_stream(
    response: aiohttp.ClientResponse, body: _BoundedBody, seconds: float
) -> None:
    """Read for this time, at least the first piece, then disconnect."""
    ends = time.monotonic() + seconds
    first = await response.content.readany()
    body.take(first)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, ends - time.monotonic())):
            await _read(response, body)
    response.close()


def _options(headers: Mapping[str, str] | None, body: Any, media: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """What every request is sent with. Redirects are never followed."""
    return {"headers": headers, "allow_redirects": False, **payload(body, media)}


def _printable(value: str) -> str:
    """Replace what UTF-8 cannot encode: aiohttp returns invalid bytes as surrogates."""
    return value.encode(errors="replace").decode()
