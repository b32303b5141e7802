"""The control API's HTTP server: h11 parses and frames; size, time and number are bounded here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

import h11

MAX_HEAD = 32 * 1024
MAX_BODY = 512 * 1024
"""Four thousand proxies. A body is decoded in one step of the event loop, which delivers no byte
meanwhile: 4 MiB of JSON took a tenth of a second."""
READ_BYTES = 65_536
IDLE_SECONDS = 60.0
"""A client that keeps its connection and asks nothing; Toxiproxy's limits, here and below."""
READ_SECONDS = 15.0
"""From the first byte of a request to its last one."""
WRITE_SECONDS = 30.0
"""A client that does not take its answer."""
MAX_CONNECTIONS = 256
"""Open at once; who comes when all are taken is answered 503 and closed."""

VERSIONS = (b"1.0", b"1.1")


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


class BadRequest(Exception):
    """A request that this server does not support; the client gets the reason, and is closed."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


Handler = Callable[[Request], Awaitable[Response]]


class _Client:
    """One connection of a client."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler
    ) -> None:
        self._reader, self._writer, self._handler = reader, writer, handler
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._old = False
        """The request is HTTP/1.0."""

    async def serve(self) -> None:
        """Answer requests until the connection closes, or the client lets its time pass."""
        try:
            while await self._answered():
                pass
        except BadRequest as refused:
            self._refuse(refused.status, refused.reason)
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint, str(error))
        except (OSError, asyncio.IncompleteReadError):  # TimeoutError is an OSError
            self._writer.transport.abort()  # the client went away, or waits for us to
        finally:
            self._writer.close()

    async def _answered(self) -> bool:
        """Answer one request; whether the connection is kept."""
        if not self._http.trailing_data[0]:
            async with asyncio.timeout(IDLE_SECONDS):
                if not await self._received():
                    return False
        async with asyncio.timeout(READ_SECONDS):
            request = await self._request()
        response = await self._handler(request)
        self._write(response, bodiless=request.method == "HEAD")
        async with asyncio.timeout(WRITE_SECONDS):
            await self._writer.drain()
        if self._http.our_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _received(self) -> bool:
        data = await self._reader.read(READ_BYTES)
        self._http.receive_data(data)
        return bool(data)

    async def _event(self) -> h11.Event:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._send(h11.InformationalResponse(status_code=100, headers=[]))
                await self._received()
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                raise ConnectionResetError
            else:
                return event  # type: ignore[return-value] # PAUSED is handled above

    async def _request(self) -> Request:
        head = await self._event()
        if not isinstance(head, h11.Request):
            raise BadRequest(HTTPStatus.BAD_REQUEST, "a request was expected")
        self._old = head.http_version == b"1.0"
        headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in head.headers}
        _check(head.http_version, headers)
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
            _check_length(len(body))
        method, target = head.method.decode("ascii"), head.target.decode("latin-1")
        return Request(method, target, headers, bytes(body))

    def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            if self._old:
                data = data.replace(b"HTTP/1.1", b"HTTP/1.0", 1)
            self._writer.write(data)

    def _write(self, response: Response, *, bodiless: bool) -> None:
        headers = [("Content-Type", response.content_type)] if response.content_type else []
        headers += [(name, _plain(text)) for name, text in response.headers.items()]
        headers.append(("Date", formatdate(usegmt=True)))
        if response.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(response.body))))
        reason = HTTPStatus(response.status).phrase
        self._send(h11.Response(status_code=response.status, headers=headers, reason=reason))
        self._old = False  # no other line begins with a version
        if response.body and not bodiless:
            self._send(h11.Data(data=response.body))
        self._send(h11.EndOfMessage())

    def _refuse(self, status: int, reason: str) -> None:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._writer.write(_bare(HTTPStatus(status), reason))


class Server:
    """A handler for ``asyncio.start_server`` that bounds how many clients it has at once."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._open = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        if self._open >= MAX_CONNECTIONS:
            writer.write(_bare(HTTPStatus.SERVICE_UNAVAILABLE, "too many clients at once"))
            writer.close()
            return
        self._open += 1
        try:
            await _Client(reader, writer, self._handler).serve()
        except asyncio.CancelledError:  # the server ends, and no one awaits this task
            writer.transport.abort()
        finally:
            self._open -= 1


def _plain(text: str) -> str:
    return text.encode("ascii", errors="replace").decode("ascii")


def _bare(status: HTTPStatus, reason: str) -> bytes:
    text = f"{status.value} {status.phrase}: {reason}\n".encode("utf-8", errors="replace")
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + text


def _check(version: bytes, headers: Mapping[str, str]) -> None:
    """What h11 leaves to its user."""
    if version not in VERSIONS:
        words = f"HTTP/{version.decode('ascii')} is not supported"
        raise BadRequest(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, words)
    expected = headers.get("expect", "")
    if expected and expected.lower() != "100-continue":
        raise BadRequest(HTTPStatus.EXPECTATION_FAILED, f"unknown expectation {expected!r}")
    _check_length(int(headers.get("content-length", "0")))


def _check_length(length: int) -> None:
    if length > MAX_BODY:
        raise BadRequest(
            HTTPStatus.BAD_REQUEST, f"a body has at most {MAX_BODY} bytes, got {length}"
        )
