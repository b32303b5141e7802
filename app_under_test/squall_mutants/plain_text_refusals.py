"""Who is refused for overload gets plain text.

Mistake: the limit on requests is a middleware, outside of the error handlers.
Outage: every statement is slow, and the queue is full.
Symptom: one kind of 503 has another media type than all others.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from squall_reference.errors import Overloaded, ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("pool-exhausted-by-slow-queries", "overload")
CAUGHT_BY = ("error-contract",)
SET = "second"


def refusal(_request: Request, error: ServiceError) -> Response | None:
    """For overload alone."""
    if not isinstance(error, Overloaded):
        return None
    return PlainTextResponse("busy", error.status, {"Retry-After": "1"})


def create_app() -> FastAPI:
    """The reference app with another refusal."""
    return app_that_answers(refusal)
