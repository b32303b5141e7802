"""Websockets that no document contains are tried, and asked in the way that the app understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, WebSocket, WebSocketException
from squall.workload.operations import WEBSOCKET, Operation

from tests.workload.conftest import Database


@pytest.fixture
def app(database: Database) -> FastAPI:
    app = FastAPI()

    @app.get("/rooms")
    async def rooms() -> list[dict[str, str]]:
        database.execute()
        return [{"room_name": "hall"}]

    @app.websocket("/talk/{room_name}")
    async def talk(socket: WebSocket, room_name: str) -> None:
        await socket.accept()
        while True:
            message = (await socket.receive_json())["message"]
            database.execute()
            if room_name == "hall":
                await socket.send_text(message)

    @app.websocket("/news")
    async def news(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json({"news": database.execute()})
        await socket.receive_text()

    @app.websocket("/closed")
    async def closed(socket: WebSocket, token: str) -> None:
        del socket, token
        raise WebSocketException(code=1008)

    return app


async def sockets(discovery_of: Callable[..., Any], app: FastAPI, *paths: str) -> Any:
    found = await discovery_of(app, writes=True, websockets=paths)
    return found.left_out, [one for one in found.profile.operations if one.method == WEBSOCKET]


async def test_a_websocket_gets_names_of_answers_and_a_message_that_it_reads(
    discovery_of: Callable[..., Any], app: FastAPI
) -> None:
    left_out, (talk,) = await sockets(discovery_of, app, "/talk/{room_name}")
    assert isinstance(talk, Operation)
    assert (talk.path, talk.replies, talk.streams) == ("/talk/hall", True, True)
    assert {type(one) for one in talk.bodies} == {dict}
    assert not left_out


async def test_a_websocket_that_only_sends_is_read(
    discovery_of: Callable[..., Any], app: FastAPI
) -> None:
    _, (news,) = await sockets(discovery_of, app, "/news")
    assert news.replies


async def test_a_refused_websocket_is_left_out_with_its_reason(
    discovery_of: Callable[..., Any], app: FastAPI
) -> None:
    left_out, found = await sockets(discovery_of, app, "/closed?token={token}", "/missing")
    assert not found
    assert sorted(left_out) == ["WEBSOCKET /closed", "WEBSOCKET /missing"]
    assert left_out["WEBSOCKET /closed"].startswith("403")


async def test_the_token_of_the_login_stands_in_the_address(
    discovery_of: Callable[..., Any], app: FastAPI, database: Database
) -> None:
    @app.websocket("/private")
    async def private(socket: WebSocket, token: str) -> None:
        if not token.startswith("secret"):
            raise HTTPException(403)
        await socket.accept()
        await socket.send_json(database.execute())

    headers = {"Authorization": "Bearer secret"}
    found = await discovery_of(
        app, writes=True, websockets=("/private?token={token}",), headers=headers
    )
    assert [one.path for one in found.profile.operations if one.method == WEBSOCKET] == [
        "/private?token=secret"
    ]
