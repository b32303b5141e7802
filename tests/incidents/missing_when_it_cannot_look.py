"""A database that cannot be opened is answered with 404. Sound: with 503."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.pairs.shop import AWAY, make_app


async def missing(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "Not found"}, status_code=404)


def broken() -> FastAPI:
    app = make_app()
    for kind in AWAY:
        app.add_exception_handler(kind, missing)
    return app


def sound() -> FastAPI:
    return make_app()
