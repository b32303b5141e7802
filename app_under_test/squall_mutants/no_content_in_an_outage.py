"""What cannot be read is answered with 204.

Mistake: "nothing to show" and "could not look" are the same branch.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: a status of success that calm does not have.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"


def empty(request: Request, _error: ServiceError) -> Response | None:
    """Reads have no content."""
    return Response(status_code=204) if request.method == "GET" else None


def create_app() -> FastAPI:
    """The reference app with nothing to show."""
    return app_that_answers(empty, copies=False)
