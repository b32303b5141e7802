"""Websockets as clients use them: connect, send a message, await an answer, keep the socket open.

    request 1 ── connect ── message ──▶ ◀── answer ── kept open
    request 2 ────────────── message ──▶ ◀── answer        on the kept socket, even after an outage
    the server closes: 1000, 1001 in order · 1012, 1013 as 503 · 1008 as 403 · others as 500

A close code is translated into the status that a gateway would answer, so that every gate judges it
as any other answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from squall.workload.http_exchange import BODY_KEPT, BODY_READ, Answer
from squall.workload.operations import WEBSOCKET, PlannedRequest
from squall.workload.send_planned import send_planned
from squall.workload.socket_words import is_of_another, tells_error

REFUSED = 503
CLOSE_SECONDS = 0.2
KEPT = 8
"""Sockets that one operation keeps open at most."""

IN_ORDER = (1000, 1001, 1005)
STATUS_OF_CODE = {1008: 403, 1012: 503, 1013: 503}
ON_PURPOSE = {"content-type": "application/problem+json", "retry-after": "1"}
"""What the app says with such a code: it is a documented answer, and clients connect again."""


class _Socket:
    """One open socket. What arrives between two messages belongs to neither."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._arrived: asyncio.Queue[str | None] = asyncio.Queue()
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    self._arrived.put_nowait(str(message.data)[:BODY_KEPT])
        finally:
            self._arrived.put_nowait(None)

    @property
    def open(self) -> bool:
        """Whether neither side has closed it."""
        return not self._reader.done() and not self._socket.closed

    async def ask(
        self,
        body: Any,  # noqa: ANN401 - JSON
        seconds: float,
        *,
        replies: bool,
        key: str | None = None,
    ) -> str | None:
        """Send a message and wait for the next one; None if the server closed instead.

        ``replies``: wait as long as the caller allows; else a silence of ``seconds`` is an answer.
        A message with the ``key`` of another request only is none: a chat tells it to everybody.
        """
        while not self._arrived.empty():
            self._arrived.get_nowait()
        if body is not None:
            await self._socket.send_str(body if isinstance(body, str) else json.dumps(body))
        if replies:
            return await self._own(key)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._own(key)
        return ""

    async def _own(self, key: str | None) -> str | None:
        while (text := await self._arrived.get()) is not None:
            if not is_of_another(text, key):
                return text
        return None

    def end(self) -> Answer:
        """What the close of the server says.

        Raises:
            aiohttp.ServerDisconnectedError: the connection ended without a close.
        """
        code = self._socket.close_code
        if code is None or code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE:
            raise aiohttp.ServerDisconnectedError("the websocket was cut")
        if code in IN_ORDER:
            return Answer(status=200, stream=True)
        status = STATUS_OF_CODE.get(code)
        text = json.dumps({"status": status, "title": f"websocket closed with {code}"}).encode()
        if status is None:
            return Answer(status=500, body=text)
        return Answer(status=status, headers=ON_PURPOSE, body=text)

    async def held(self, on_message: Callable[[], None]) -> None:
        """Stay until the server closes; ``on_message`` is called once, with the first message."""
        if await self._arrived.get() is not None:
            on_message()
        await self._reader

    async def close(self) -> None:
        """Close in order."""
        try:
            with contextlib.suppress(Exception):
                await self._socket.close()  # ends the reader; a cancelled one would cut the socket
        finally:
            self._reader.cancel()


@dataclass(slots=True)
class SocketPool:
    """The sockets that clients keep open between their messages."""

    _kept: dict[str, list[_Socket]] = field(default_factory=dict)

    async def exchange(
        self, session: aiohttp.ClientSession, base_url: str, request: PlannedRequest
    ) -> Answer:
        """Send one request, or one message: every second one on a socket that was kept.

        Raises:
            aiohttp.ClientError, OSError, ValueError: there is no answer.
        """
        if request.operation.method == WEBSOCKET:
            return await self._message(session, base_url, request)
        return await send_planned(session, base_url, request)

    async def _message(
        self, session: aiohttp.ClientSession, base_url: str, request: PlannedRequest
    ) -> Answer:
        operation = request.operation
        socket = self._take(operation.name) if request.id % 2 else None
        if socket is None:
            opened = await open_socket(session, base_url + request.path, request.headers)
            if isinstance(opened, Answer):
                return opened
            socket = opened
        try:
            text = await socket.ask(
                request.body, operation.stream_seconds,
                replies=operation.replies, key=request.key,
            )  # fmt: skip
            if text is None:
                return socket.end()
        except BaseException:
            await socket.close()
            raise
        await self._keep(operation.name, socket)
        return _answered(text)

    def _take(self, name: str) -> _Socket | None:
        """An open socket. One that was closed meanwhile is not a failure of the next message."""
        kept = self._kept.get(name, [])
        while kept:
            socket = kept.pop(0)
            if socket.open:
                return socket
        return None

    async def _keep(self, name: str, socket: _Socket) -> None:
        kept = self._kept.setdefault(name, [])
        if len(kept) < KEPT and socket.open:
            kept.append(socket)
        else:
            await socket.close()

    async def close(self) -> None:
        """Close every kept socket."""
        for kept in self._kept.values():
            await asyncio.gather(*(one.close() for one in kept))
        self._kept.clear()


async def open_socket(
    session: aiohttp.ClientSession, url: str, headers: Mapping[str, str]
) -> _Socket | Answer:
    """A socket, or the answer with which the server refused it."""
    try:
        return _Socket(await session.ws_connect(
            url, headers=headers, max_msg_size=BODY_READ,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
        ))  # fmt: skip
    except aiohttp.WSServerHandshakeError as refused:
        return Answer(status=refused.status)


async def exchange_once(
    session: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    body: Any,  # noqa: ANN401 - JSON
    seconds: float,
) -> Answer:
    """Connect, send a message, and take what arrives within these seconds.

    Raises:
        aiohttp.ClientError, OSError, ValueError: there is no answer.
    """
    socket = await open_socket(session, url, headers)
    if isinstance(socket, Answer):
        return socket
    try:
        text = await socket.ask(body, seconds, replies=False)
        return socket.end() if text is None else _answered(text)
    finally:
        await socket.close()


async def hold_socket(
    session: aiohttp.ClientSession, url: str, request: PlannedRequest, on_opened: Callable[[], None]
) -> None:
    """Open a socket, send one message, and read until the server closes."""
    socket = await open_socket(session, url, request.headers)
    if isinstance(socket, Answer):
        return
    try:
        await socket.ask(request.body, 0.0, replies=False)
        on_opened()
        await socket.held(lambda: None)
    finally:
        await socket.close()


def _answered(text: str) -> Answer:
    """What the message says. An error that is told in a message is a refusal, as a status is."""
    if tells_error(text):
        body = {"status": REFUSED, "title": "an error in a message", "detail": text}
        return Answer(status=REFUSED, headers=ON_PURPOSE, body=json.dumps(body).encode())
    return Answer(status=200, body=text.encode(), stream=True, ended=False)
