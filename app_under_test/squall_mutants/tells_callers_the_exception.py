"""The exception's text is the answer.

Mistake: ``detail=str(error)``, handy while developing.
Outage: the server's disk is full.
Symptom: callers read SQL, parameters, and the names of tables and drivers.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from squall_reference import main, problems
from squall_reference.errors import ServiceError

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("error-contract",)


careful = problems._service_error


async def telling(request: Request, error: Exception) -> JSONResponse:
    """The reference's answer, and what it is about."""
    answer = await careful(request, error)
    if not isinstance(error, ServiceError):
        return answer
    return problems.problem(answer.status_code, error.title, str(error.__cause__ or error))


def create_app() -> FastAPI:
    """The reference app that tells everything."""
    replace(problems, "_service_error", telling)
    return main.create_app()
