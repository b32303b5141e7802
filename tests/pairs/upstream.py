"""Prices that need a rate from an HTTP upstream.

Sound: a limit on the whole request, one retry, a check of the answer, and an honest 503. Broken:
each operation lacks one of them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI, HTTPException

from tests.pairs.shop import make_app, unavailable

URL = os.environ.get("RATES_URL", "http://127.0.0.1:9")
AWAY = (httpx2.HTTPError, TimeoutError)
TOO_MANY = 429
WRONG = 400
BROKEN = 500
MANY = 30


class UpstreamAway(Exception):
    """There is no rate now."""


@dataclass(frozen=True)
class Manner:
    """How the upstream is asked."""

    seconds: float | None = 0.2
    attempts: int = 2
    handles: bool = True
    """Errors of the client and of its answers are not errors of the app."""
    checks: bool = True
    """An answer must have a rate."""
    own_status: bool = True
    """The upstream's status is not passed on."""


SOUND = Manner()
DEFECTS = {
    "patient": Manner(seconds=None),
    "stormy": Manner(attempts=MANY),
    "unhandled": Manner(handles=False),
    "trusting": Manner(checks=False),
    "blaming": Manner(own_status=False),
}


async def respond(client: httpx2.AsyncClient, item_id: int, manner: Manner) -> httpx2.Response:
    """What the upstream answered. A client's error is not repeated, nor what asks for a pause."""
    response = None
    for _ in range(manner.attempts):
        try:
            async with asyncio.timeout(manner.seconds):
                response = await client.get(f"/rates/{item_id}")
        except AWAY:
            if not manner.handles:
                raise
            continue
        if response.status_code < BROKEN or response.status_code == TOO_MANY:
            break
    if response is None:
        raise UpstreamAway
    return response


NOTHING: dict[str, Any] = {"rate": None, "currency": None}


async def ask(client: httpx2.AsyncClient, item_id: int, manner: Manner) -> dict[str, Any]:
    """Rate and currency. Who checks nothing takes what is missing for none."""
    response = await respond(client, item_id, manner)
    if not manner.own_status and response.status_code >= WRONG:
        raise HTTPException(response.status_code)
    if not manner.handles:
        response.raise_for_status()
        return {**NOTHING, **response.json()}
    try:
        found = response.json()
    except ValueError:
        found = {}
    if manner.checks and (response.status_code >= WRONG or not set(NOTHING) <= set(found)):
        raise UpstreamAway
    return {name: found.get(name) for name in NOTHING}


def make(manners: dict[str, Manner]) -> FastAPI:
    @asynccontextmanager
    async def with_client(app: FastAPI) -> AsyncIterator[None]:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
        async with httpx2.AsyncClient(base_url=URL, timeout=None, limits=limits) as client:
            app.state.client = client
            yield

    app = make_app(with_client)
    app.add_exception_handler(UpstreamAway, unavailable)

    @app.get("/{manner}/{item_id}")
    async def price(manner: str, item_id: int) -> dict[str, Any]:
        stock = await app.state.pool.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
        return {"id": item_id, "stock": stock} | await ask(
            app.state.client, item_id, manners[manner]
        )

    return app


def sound() -> FastAPI:
    return make(dict.fromkeys(DEFECTS, SOUND))


def broken() -> FastAPI:
    return make(DEFECTS)
