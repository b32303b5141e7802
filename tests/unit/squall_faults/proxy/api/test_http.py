"""The control API's server: no client holds it, whatever it sends or does not send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from squall_faults.proxy.api import http

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n"
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def handle(request: http.Request) -> http.Response:
    if request.target == "/large":
        return http.Response(200, bytes(64 * 1024 * 1024))
    return http.Response(200, b"hello")


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[http.Server, int]]:
    counted = http.Server(handle)
    server = await asyncio.start_server(counted.__call__, "127.0.0.1", 0)
    yield counted, server.sockets[0].getsockname()[1]
    server.close()


async def turn() -> None:
    """Let the server work; the caller asks again."""
    await asyncio.sleep(0.005)


async def emptied(server: http.Server) -> None:
    async with asyncio.timeout(5):
        while server._open:
            await turn()


HALVES = {
    "nothing": b"",
    "one byte": b"G",
    "half a head": ASKED,
    "half a body": ASKED + b"Content-Length: 9\r\n\r\nfour",
    "half a chunk": ASKED + b"Transfer-Encoding: chunked\r\n\r\n9\r\nfour",
    "no last chunk": ASKED + b"Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
    "an answered request, then nothing": ASKED + b"\r\n",
    "an answered request, then half a head": ASKED + b"\r\n" + ASKED,
}


@pytest.mark.parametrize("sent", HALVES)
async def test_who_sends_nothing_or_half_a_request_is_let_go(
    sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(http, "READ_SECONDS", 0.1)
    async with serving() as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HALVES[sent])
        async with asyncio.timeout(5):
            try:
                heard = await reader.read()
            except ConnectionResetError:
                heard = b""
        assert heard.count(b"200 OK") in (0, sent.count("an answered request"))
        await emptied(server)
        writer.close()


async def test_bytes_that_drip_do_not_lengthen_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    async with serving() as (server, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        async with asyncio.timeout(5):
            while not writer.transport.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.02)
        await emptied(server)


async def test_who_does_not_take_the_answer_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WRITE_SECONDS", 0.1)
    async with serving() as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(ASKED.replace(b"/ ", b"/large ") + b"\r\n")
        async with asyncio.timeout(5):
            while not server._open:
                await turn()
        await emptied(server)
        writer.close()


async def test_so_many_at_once_and_room_again_when_one_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 2)
    async with serving() as (server, port):
        kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in kept:
            writer.write(ASKED + b"\r\n")
        for reader, _ in kept:
            assert b"200" in await reader.readline()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert b"503" in await reader.readline()
        writer.close()
        for _, other in kept:
            other.close()
        await emptied(server)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED + b"Connection: close\r\n\r\n")
        assert b"200" in await reader.read()
        writer.close()


ONE = b"GET /x HTTP/1.1\r\nHost: x\r\n"

REFUSED = {
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400, b"Host"),
    "two Hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, b"Host"),
    "two lengths": (ONE + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, b"ength"),
    "no length": (ONE + b"Content-Length: many\r\n\r\n", 400, b"ength"),
    "unknown coding": (ONE + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501, b"ncoding"),
    "unknown version": (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 505, b"9.9"),
    "unknown expectation": (ONE + b"Expect: miracles\r\n\r\n", 417, b"miracles"),
    "no HTTP": (b"hello\r\n\r\n", 400, b"request line"),
    "a head without end": (ONE + b"X: " + b"y" * 40_000, 431, b"too"),
    "a body too large": (ONE + b"Content-Length: 99999999\r\n\r\n", 400, b"at most"),
}


async def exchanged(port: int, sent: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(5):
        heard = await reader.read()
    writer.close()
    return heard


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_refused_is_told_with_a_reason_and_closed(what: str) -> None:
    sent, status, words = REFUSED[what]
    async with serving() as (_, port):
        head, _, text = (await exchanged(port, sent)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in head
    assert text.startswith(b"%d " % status)
    assert words in text


CLOSING = {
    "1.0": b"GET / HTTP/1.0\r\n\r\n",
    "close": ONE + b"Connection: close\r\n\r\n",
    "a list with close": ONE + b"Connection: keep-alive, close\r\n\r\n",
    "two lines with close": ONE + b"Connection: x\r\nConnection: CLOSE\r\n\r\n",
}


@pytest.mark.parametrize("what", CLOSING)
async def test_it_answers_and_closes(what: str) -> None:
    async with serving() as (_, port):
        heard = await exchanged(port, CLOSING[what])
    version = b"HTTP/1.0" if what == "1.0" else b"HTTP/1.1"
    assert heard.startswith(version + b" 200 OK\r\n")
    assert heard.endswith(b"\r\n\r\nhello")


async def test_requests_in_one_packet_are_answered_in_order() -> None:
    async with serving() as (_, port):
        last = b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        heard = await exchanged(port, (ONE + b"\r\n") * 3 + last)
    assert heard.count(b"HTTP/1.1 200 OK\r\n") == 4


async def test_a_body_that_waits_to_be_asked_for_is_asked_for() -> None:
    async with serving() as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ONE + b"Content-Length: 4\r\nExpect: 100-Continue\r\n\r\n")
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 100 ")
            await reader.readline()
            writer.write(b"body")
            assert b"200" in await reader.readline()
        writer.close()
