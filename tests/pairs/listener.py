"""A session that LISTENs dies with the server. Broken: nobody notices. Sound: it reconnects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import AWAY, URL, make_app


def heard(*_notification: object) -> None:
    """A notification; what is done with it does not matter here."""


async def listen() -> asyncpg.Connection:
    connection = await asyncpg.connect(URL, timeout=1)
    await connection.add_listener("changed", heard)
    return connection


@asynccontextmanager
async def listen_once(_app: FastAPI) -> AsyncIterator[None]:
    connection = await listen()
    yield
    connection.terminate()


async def listen_for_good(ready: asyncio.Event) -> None:
    while True:
        try:
            connection, closed = await listen(), asyncio.Event()
            connection.add_termination_listener(lambda *_args, closed=closed: closed.set())
            ready.set()
            await closed.wait()
        except AWAY:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def listen_again(_app: FastAPI) -> AsyncIterator[None]:
    ready = asyncio.Event()
    task = asyncio.create_task(listen_for_good(ready))
    await ready.wait()
    yield
    task.cancel()


def broken() -> FastAPI:
    return make_app(listen_once)


def sound() -> FastAPI:
    return make_app(listen_again)
