"""An error is logged with the database's address. Broken: with the password. Sound: without it."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.pairs.shop import AWAY, URL, make_app, unavailable


def make(address: str) -> FastAPI:
    app = make_app()

    async def log(request: Request, error: Exception) -> JSONResponse:
        sys.stderr.write(f"database {address} is away: {type(error).__name__}\n")
        return await unavailable(request, error)

    for kind in AWAY:
        app.add_exception_handler(kind, log)
    return app


def broken() -> FastAPI:
    return make(URL)


def sound() -> FastAPI:
    return make(str(urlsplit(URL).hostname))
