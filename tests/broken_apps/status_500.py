"""Database errors come out as HTTP 500 with the driver's words."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from squall_reference import main
from squall_reference.errors import Transient


async def _told(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error.__cause__)}, status_code=500)


def create_app() -> FastAPI:
    """The reference app that tells everything."""
    app = main.create_app()
    app.add_exception_handler(Transient, _told)
    return app
