"""A websocket. Broken: it holds one session for its life. Sound: it takes one for each message."""

from __future__ import annotations

import contextlib

import asyncpg
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.pairs.shop import AWAY, make_app

TRY_AGAIN_LATER = 1013
STOCK = "SELECT stock FROM items WHERE id = $1"


async def answer(socket: WebSocket, place: asyncpg.Connection | asyncpg.Pool) -> None:
    """The stock of the item that the client names."""
    await socket.send_json({"stock": await place.fetchval(STOCK, int(await socket.receive_text()))})


def broken() -> FastAPI:
    app = make_app()

    @app.websocket("/stock")
    async def stock(socket: WebSocket) -> None:
        await socket.accept()
        async with app.state.pool.acquire() as connection:
            with contextlib.suppress(WebSocketDisconnect):
                while True:
                    with contextlib.suppress(*AWAY):  # no answer: its clients wait
                        await answer(socket, connection)

    return app


def sound() -> FastAPI:
    app = make_app()

    @app.websocket("/stock")
    async def stock(socket: WebSocket) -> None:
        await socket.accept()
        try:
            with contextlib.suppress(WebSocketDisconnect):
                while True:
                    await answer(socket, app.state.pool)
        except AWAY:
            await socket.close(TRY_AGAIN_LATER)

    return app
