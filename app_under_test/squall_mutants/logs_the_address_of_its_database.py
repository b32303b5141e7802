"""The address of the database is logged with each error, password included.

Mistake: a log line "for debugging" with ``DATABASE_URL``.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: whoever reads the log can log in to the database.
"""

from __future__ import annotations

import os
import sys

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("no-secret-disclosed",)

careful = problems._service_error


async def logging(request: Request, error: Exception) -> JSONResponse:
    """The reference's answer, and a line."""
    sys.stderr.write(f"{os.environ['DATABASE_URL']}: {type(error).__name__}\n")
    return await careful(request, error)


def create_app() -> FastAPI:
    """The reference app with a line too many."""
    replace(problems, "_service_error", logging)
    return main.create_app()
