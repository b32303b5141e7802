"""Each error is written to a file of its own, which nobody closes.

Mistake: ``open(...).write(...)`` in an error handler, and the handle kept "for later".
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: none until the process has no file descriptor left; then it accepts no client any more.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("resources-return",)

KEPT: list[object] = []

careful = problems._service_error


async def writing(request: Request, error: Exception) -> JSONResponse:
    """The reference's answer, and a file."""
    file = Path("/dev/null").open("w")  # noqa: ASYNC230, SIM115 - the defect
    file.write(repr(error))
    KEPT.append(file)
    return await careful(request, error)


def create_app() -> FastAPI:
    """The reference app with a file for each error."""
    replace(problems, "_service_error", writing)
    return main.create_app()
