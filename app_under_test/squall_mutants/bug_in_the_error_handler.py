"""The code that runs only in an outage has a bug.

Mistake: an error handler that was never tried: it takes for granted that there is an SQLSTATE.
Outage: connections to the database are accepted and closed for two seconds.
Symptom: an outage that could be answered in good form becomes a stack trace for each request.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from squall_reference import main, problems
from squall_reference.errors import ServiceError

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("log-clean",)


careful = problems._service_error


async def untried(request: Request, error: Exception) -> JSONResponse:
    """Tell the SQLSTATE's class in a header."""
    answer = await careful(request, error)
    if isinstance(error, ServiceError):
        answer.headers["X-Sqlstate-Class"] = error.sqlstate[:2]  # type: ignore[index] # the bug
    return answer


def create_app() -> FastAPI:
    """The reference app with a handler that fails."""
    replace(problems, "_service_error", untried)
    return main.create_app()
