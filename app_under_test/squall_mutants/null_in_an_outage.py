"""An error of the database ends the handler without a value, and the framework sends ``null``.

Mistake: ``except Exception: log(...)`` around the work, and no ``raise``.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: 200 and ``null``, where calm has an object.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"


def nothing(request: Request, _error: ServiceError) -> Response | None:
    """Reads are answered with null."""
    return JSONResponse(None) if request.method == "GET" else None


def create_app() -> FastAPI:
    """The reference app without an answer."""
    return app_that_answers(nothing, copies=False)
