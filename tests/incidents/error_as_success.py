"""Errors of the database are answered with 200 and an ``error`` in the body. Sound: with 503."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.pairs.shop import AWAY, make_app


async def polite(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": "could not read", "items": []})


def broken() -> FastAPI:
    app = make_app()
    for kind in AWAY:
        app.add_exception_handler(kind, polite)
    return app


def sound() -> FastAPI:
    return make_app()
