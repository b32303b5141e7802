"""Each error writes a report. Broken: its file stays open. Sound: it is closed."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.pairs.shop import AWAY, make_app, unavailable

KEPT: list[object] = []


def make(*, close: bool) -> FastAPI:
    app = make_app()

    async def report(request: Request, error: Exception) -> JSONResponse:
        file = Path("/dev/null").open("w")  # noqa: ASYNC230, SIM115 - that is the defect
        file.write(repr(error))
        if close:
            file.close()
        KEPT.append(file)
        return await unavailable(request, error)

    for kind in AWAY:
        app.add_exception_handler(kind, report)
    return app


def broken() -> FastAPI:
    return make(close=False)


def sound() -> FastAPI:
    return make(close=True)
