"""Websockets of the load: kept open between messages, and closes that count as answers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from squall.workload.http_exchange import Answer, client_session
from squall.workload.operations import WEBSOCKET, Operation, requests
from squall.workload.websockets import SocketPool, exchange_once


class App:
    """A server of websockets that counts them."""

    def __init__(self) -> None:
        self.connected = 0
        self.open: set[web.WebSocketResponse] = set()

    async def talk(self, request: web.Request) -> web.WebSocketResponse:
        if request.headers.get("Authorization") != "Bearer t":
            raise web.HTTPForbidden
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connected += 1
        self.open.add(socket)
        async for message in socket:
            if message.data == "silence":
                continue
            if message.data == "cut" and request.transport is not None:
                request.transport.abort()
            elif message.data.startswith("run-"):  # a chat: others are heard first
                await socket.send_str("run-8 says hello")
                await socket.send_str(message.data)
            elif message.data.startswith("{"):
                await socket.send_str(message.data)
            elif message.data.isdigit():
                await socket.close(code=int(message.data))
            else:
                await socket.send_str(f"{self.connected}: {message.data}")
        self.open.discard(socket)
        return socket


@asynccontextmanager
async def served(app: App) -> AsyncIterator[str]:
    site = web.Application()
    site.router.add_get("/ws", app.talk)
    site.router.add_get("/moved", _redirect)
    runner = web.AppRunner(site)
    await runner.setup()
    server = web.TCPSite(runner, "127.0.0.1", 0)
    await server.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def _redirect(_: web.Request) -> web.Response:
    raise web.HTTPFound("http://127.0.0.2:9/ws")


HEADERS = {"Authorization": "Bearer t"}


async def asked(body: str, *, path: str = "/ws", headers: dict[str, str] = HEADERS) -> Answer:
    async with served(App()) as url, client_session(5) as session:
        return await exchange_once(session, url + path, headers, body, 0.2)


@pytest.mark.parametrize(
    ("body", "status", "ended"),
    [("hello", 200, False), ("silence", 200, False), ("1000", 200, True), ("1013", 503, True),
     ("1011", 500, True), ("1008", 403, True)],
)  # fmt: skip
async def test_a_close_counts_as_the_status_of_its_code(
    body: str,
    status: int,
    ended: bool,
) -> None:
    answer = await asked(body)
    assert (answer.status, answer.ended) == (status, ended)
    assert ("retry-after" in answer.headers) == (status in (403, 503))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"error": "try again"}', 503),
        ('{"type": "error", "code": 7}', 503),
        ('{"id": 7, "error": null}', 200),
    ],
)
async def test_an_error_in_a_message_is_a_refusal(body: str, status: int) -> None:
    answer = await asked(body)
    assert answer.status == status
    assert ("retry-after" in answer.headers) == (status != 200)


async def test_a_refused_handshake_is_an_answer() -> None:
    assert (await asked("hello", headers={})).status == 403


async def test_a_connection_that_is_cut_is_no_answer() -> None:
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await asked("cut")


async def test_a_handshake_follows_no_redirect() -> None:
    with pytest.raises(aiohttp.ClientError, match="redirects"):
        await asked("hello", path="/moved")


def operation(body: str) -> Operation:
    return Operation(name="talk", method=WEBSOCKET, path="/ws", effect="read", body=body,
                     headers=HEADERS, replies=True)  # fmt: skip


async def test_every_second_message_takes_a_socket_that_was_kept() -> None:
    app, pool = App(), SocketPool()
    async with served(app) as url, client_session(5) as session:
        for request in itertools.islice(requests([operation("hello")], 1, "run"), 6):
            assert (await pool.exchange(session, url, request)).status == 200
        assert app.connected == 3
        await pool.close()
        assert not [one for one in app.open if not one.closed]


async def test_a_kept_socket_that_was_closed_meanwhile_is_opened_again() -> None:
    app, pool = App(), SocketPool()
    async with served(app) as url, client_session(5) as session:
        planned = requests([operation("hello")], 1, "run")
        await pool.exchange(session, url, next(planned))
        for socket in list(app.open):
            await socket.close(code=1012)
        await asyncio.wait({pool._kept["talk"][0]._reader})
        answer = await pool.exchange(session, url, next(planned))
        assert (answer.status, app.connected) == (200, 2)
        await pool.close()


async def test_what_others_say_is_no_answer_to_ones_own_message() -> None:
    app, pool = App(), SocketPool()
    said = replace(operation("{key}"), effect="write")
    async with served(app) as url, client_session(5) as session:
        for request in itertools.islice(requests([said], 1, "run"), 4):
            answer = await pool.exchange(session, url, request)
            assert answer.text == request.key
        await pool.close()
