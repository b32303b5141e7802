"""What the race apps share: tables, a pool, and one POST or GET for each operation."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

Handler = Callable[[Any, str], Awaitable[dict[str, Any]]]
"""Takes the pool and the request's key."""


class Refused(Exception):
    """The rules of the app forbid it: 409."""


def race_app(ddl: str, operations: Mapping[str, Handler]) -> FastAPI:
    """An app whose tables are made at the start; ``read-…`` is a GET, the others are POSTs."""
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        url = os.environ["DATABASE_URL"]
        async with asyncpg.create_pool(url, min_size=2, max_size=6, ssl=False) as pool:
            await pool.execute(ddl)
            state["pool"] = pool
            yield

    app = FastAPI(lifespan=lifespan)

    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    async def refused(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "refused"}, status_code=409)

    app.add_api_route("/readyz", ready)
    app.add_exception_handler(Refused, refused)
    for name, handler in operations.items():
        methods = ["GET"] if name.startswith("read") else ["POST"]
        app.add_api_route(f"/{name}", _route(state, handler), methods=methods)
    return app


def _route(state: dict[str, Any], handler: Handler) -> Callable[[Request], Awaitable[Any]]:
    async def route(request: Request) -> dict[str, Any]:
        return await handler(state["pool"], request.headers.get("idempotency-key", ""))

    # FastAPI reads annotations, which are texts here, from the function's module.
    route.__annotations__ = {"request": Request, "return": None}
    return route
