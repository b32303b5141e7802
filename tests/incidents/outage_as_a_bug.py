"""A catch-all handler answers an outage with 500, as if it were a bug. Sound: with 503."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.pairs.shop import AWAY, make_app


async def bug(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": {"code": "internal_error"}}, status_code=500)


def broken() -> FastAPI:
    app = make_app()
    for kind in AWAY:
        app.add_exception_handler(kind, bug)
    return app


def sound() -> FastAPI:
    return make_app()
