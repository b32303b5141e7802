"""A key that is being worked on is answered 202.

Mistake: "the first request will do it"; but it may fail.
Outage: clients repeat their requests while the first ones are under way.
Symptom: a success without a result, which nobody promised to keep.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from squall_reference.errors import InFlight, ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("callers-repeat-at-once", "commit-reply-held")
SET = "fifth"


def accepted(_request: Request, error: ServiceError) -> Response | None:
    """Somebody is at it."""
    if isinstance(error, InFlight):
        return JSONResponse({"status": "accepted"}, status_code=202)
    return None


def create_app() -> FastAPI:
    """The reference app that accepts what it does not do."""
    return app_that_answers(accepted)
