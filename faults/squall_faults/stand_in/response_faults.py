"""What a rule makes of one answer: bytes on a connection, and whether the connection is kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from squall_faults.stand_in.rule_book import ArmedRule

WRITE_SECONDS = 30.0
"""A client that does not take its answer."""
BEFORE_RST_SECONDS = 0.02
"""So long the headers have to reach the client: an RST overtakes what was not yet read."""
PIECES = 20
"""A slow body is sent in this many pieces, if it has as many bytes."""
HTML = b"<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>\n"
TEXT = b"upstream connect error or disconnect before headers\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def altered(reply: Reply, armed: ArmedRule | None) -> Reply:
    """The answer that a rule puts in place of the declared one."""
    if armed is None:
        return reply
    rule = armed.rule
    if rule.do == "status":
        problem = {"title": _phrase(rule.status), "status": rule.status}
        headers = {"Content-Type": "application/problem+json"}
        if rule.retry_after:
            headers["Retry-After"] = str(rule.retry_after)
        return Reply(status=rule.status, headers=headers, body=json.dumps(problem).encode())
    if rule.do == "malformed":
        forms = {"html": ("text/html", HTML), "text": ("text/plain", TEXT)}
        kind, body = forms.get(rule.form, (_content_type(reply), b""))
        if rule.form == "truncated":
            body = reply.body[: max(1, len(reply.body) // 2)]
        return Reply(status=200, headers={"Content-Type": kind}, body=body)
    return reply


def _content_type(reply: Reply) -> str:
    given = (text for name, text in reply.headers.items() if name.lower() == "content-type")
    return next(given, "application/json")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


def head_of(reply: Reply, *, length: int, close: bool) -> bytes:
    """The status line and the headers, with this Content-Length."""
    lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}"]
    lines += [f"{name}: {text}" for name, text in reply.headers.items()]
    if reply.status not in (204, 304):
        lines.append(f"Content-Length: {length}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", errors="replace")


class AnswerWriter:
    """Writes answers to one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def write(
        self, reply: Reply, armed: ArmedRule | None, *, bodiless: bool, close: bool
    ) -> bool:
        """Write an answer, as the rule wants it. Whether the connection may be kept."""
        body = b"" if bodiless or reply.status in (204, 304) else reply.body
        head = head_of(reply, length=len(reply.body), close=close)
        do = "" if armed is None else armed.rule.do
        if armed is None or do in ("status", "malformed"):
            await self._send(head + body)
            return not close
        if do == "reset":
            await self._reset(head if armed.rule.when == "after_headers" else b"")
        elif do == "cut_body":
            await self._send(head + body[: len(body) * armed.rule.kept_percent // 100])
        elif do == "slow_body":
            await self._slowly(head, body, armed)
            return not close
        elif do == "wrong_length":
            await self._with_wrong_length(reply, body, armed)
        return False

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        async with asyncio.timeout(WRITE_SECONDS):
            await self._writer.drain()

    async def _reset(self, first: bytes) -> None:
        if first:
            await self._send(first)
            await asyncio.sleep(BEFORE_RST_SECONDS)
        reset(self._writer)

    async def _slowly(self, head: bytes, body: bytes, armed: ArmedRule) -> None:
        """Each piece follows a pause. What is left when the rule is disarmed comes at once."""
        await self._send(head)
        size = max(1, -(-len(body) // PIECES))
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        for piece in pieces:
            await armed.hold(armed.rule.body_ms / 1000 / len(pieces))
            if self._writer.transport.is_closing():
                raise ConnectionResetError
            await self._send(piece)

    async def _with_wrong_length(self, reply: Reply, body: bytes, armed: ArmedRule) -> None:
        """More: the client waits for the rest as long as it likes. Fewer: the rest is too much."""
        length = max(0, len(body) + armed.rule.by)
        await self._send(head_of(reply, length=length, close=False) + body)
        if armed.rule.by > 0:
            await self._until_left(armed)

    async def _until_left(self, armed: ArmedRule) -> None:
        leaving = asyncio.ensure_future(self._reader.read(1))
        healed = asyncio.ensure_future(armed.released.wait())
        try:
            await asyncio.wait({leaving, healed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            healed.cancel()
            await asyncio.gather(leaving, healed, return_exceptions=True)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST."""
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
