"""The stand-in's side towards the app: h11 frames requests; size, time and number are bounded."""

from __future__ import annotations

import asyncio
import logging
import zlib
from dataclasses import dataclass

import h11

from squall_faults.stand_in.answer_book import AnswerBook, CannedAnswer
from squall_faults.stand_in.request_tally import NO_STATUS, RequestTally
from squall_faults.stand_in.response_faults import AnswerWriter, Reply, altered
from squall_faults.stand_in.rule_book import ArmedRule, RuleBook

logger = logging.getLogger("squall.stand_in")

KEY = b"idempotency-key"
IN_DOUBT = frozenset({"status", "reset", "cut_body", "malformed", "wrong_length"})
"""What a rule does to an answer so that nobody can tell whether the request was done."""
MAX_HEAD = 64 * 1024
MAX_REQUEST_BODY = 16 << 20
"""Bytes that are read of a request; what they say is not kept."""
READ_BYTES = 65_536
READ_SECONDS = 15.0
IDLE_SECONDS = 75.0
"""Longer than clients keep an idle connection, so that these end it."""
MAX_CONNECTIONS = 512
UNKNOWN = b'{"title": "the stand-in has no answer for this method and path", "status": 404}'
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class StandInState:
    """What all connections share."""

    answers: AnswerBook
    rules: RuleBook
    tally: RequestTally


class StandInConnection:
    """One connection of the app."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, shared: StandInState
    ) -> None:
        self.idle = True
        """It waits for a request."""
        self._reader = reader
        self._writer = writer
        self._shared = shared
        self._out = AnswerWriter(reader, writer)

    async def serve(self) -> None:
        """Answer requests until the connection closes, or the client lets its time pass."""
        accepting = self._shared.rules.for_connection()
        unread = b""
        try:
            kept = True
            while kept:
                kept, unread = await self._exchange(unread, accepting)
                accepting = None
        except h11.RemoteProtocolError:
            self._writer.write(BAD)
        except (OSError, asyncio.IncompleteReadError):  # TimeoutError is an OSError
            self._writer.transport.abort()
        finally:
            self._writer.close()

    def end_if_idle(self) -> None:
        """Close it unless a request is under way."""
        if self.idle:
            self._writer.close()

    async def _exchange(self, unread: bytes, accepting: ArmedRule | None) -> tuple[bool, bytes]:
        """One request and its answer: whether the connection is kept, and what was read ahead."""
        self.idle = not unread
        async with asyncio.timeout(IDLE_SECONDS):
            first = unread or await self._reader.read(READ_BYTES)
        self.idle = False
        if not first:
            return False, b""
        if accepting is not None:
            accepting.bites += 1
            await accepting.hold(accepting.rule.delay_ms / 1000)
        async with asyncio.timeout(READ_SECONDS):
            request, close, ahead, body = await self._read(first)
        kept = await self._answer(request, body, close=close)
        return kept, ahead

    async def _read(self, first: bytes) -> tuple[h11.Request, bool, bytes, int]:
        """A whole request, whether the client closes after it, what follows it, and a hash of its
        body.
        """
        http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        http.receive_data(first)
        request, size, body = None, 0, 0
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                if http.they_are_waiting_for_100_continue:
                    self._writer.write(CONTINUE)
                    http.send(h11.InformationalResponse(status_code=100, headers=[]))
                http.receive_data(await self._reader.read(READ_BYTES))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                size, body = _longer(size, body, event.data)
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                close = http.our_state is h11.MUST_CLOSE or request.http_version == b"1.0"
                asked = (value for name, value in request.headers if name == b"connection")
                close = close or any(b"close" in value.lower() for value in asked)
                return request, close, http.trailing_data[0], body
            else:
                raise ConnectionResetError

    async def _answer(self, request: h11.Request, body: int, *, close: bool) -> bool:
        shared = self._shared
        method = request.method.decode("ascii")
        path = request.target.decode("latin-1").partition("?")[0]
        found = shared.answers.find(method, path)
        armed = shared.rules.for_request(method, path)
        reply = altered(_declared(found), armed)
        silent = armed is not None and (armed.rule.do, armed.rule.when) == (
            "reset",
            "before_headers",
        )
        told = path if found is None else found.path.text
        status = NO_STATUS if silent else reply.status
        fresh = shared.tally.count(method, told, status, known=found is not None)
        shared.tally.count_key(
            method,
            dict(request.headers).get(KEY),
            status,
            content=hash((path, body)),
            in_doubt=armed is not None and armed.rule.do in IN_DOUBT,
        )
        if found is None and fresh:
            logger.warning("no answer is declared for %s %s: 404", method, path[:200])
        if armed is not None:
            armed.bites += 1
        return await self._out.write(reply, armed, bodiless=method == "HEAD", close=close)


def _longer(size: int, body: int, data: bytes) -> tuple[int, int]:
    """Length and hash of a body that has got ``data``, too."""
    if size + len(data) > MAX_REQUEST_BODY:
        raise h11.RemoteProtocolError("the body is too long")
    return size + len(data), zlib.crc32(data, body)


def _declared(found: CannedAnswer | None) -> Reply:
    """What is answered without a rule."""
    if found is None:
        headers = {"Content-Type": "application/problem+json"}
        return Reply(status=404, headers=headers, body=UNKNOWN)
    headers = {"Content-Type": found.content_type, **found.headers}
    return Reply(status=found.status, headers=headers, body=found.body)


class StandInServer:
    """A handler for ``asyncio.start_server``."""

    def __init__(self, answers: AnswerBook) -> None:
        self.shared = StandInState(answers, RuleBook(), RequestTally())
        self._open: set[StandInConnection] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        if len(self._open) >= MAX_CONNECTIONS:
            writer.write(TOO_MANY)
            writer.close()
            return
        connection = StandInConnection(reader, writer, self.shared)
        self._open.add(connection)
        try:
            await connection.serve()
        except asyncio.CancelledError:  # the server ends, and no one awaits this task
            writer.transport.abort()
        finally:
            self._open.discard(connection)

    def end_idle(self) -> None:
        """Close connections without a request, so that clients have to connect."""
        for connection in list(self._open):
            connection.end_if_idle()
