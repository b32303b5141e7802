"""304 when the item cannot be read, though nobody asked whether it has changed.

Mistake: the handler takes "no news" for "no change".
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: an answer without a body to clients that have nothing.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError, Transient

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
SET = "fourth"

NOT_MODIFIED = 304


def unchanged(request: Request, error: ServiceError) -> Response | None:
    """304 for reads."""
    if request.method == "GET" and isinstance(error, Transient):
        return Response(status_code=NOT_MODIFIED)
    return None


def create_app() -> FastAPI:
    """The reference app that has no news."""
    return app_that_answers(unchanged, copies=False)
