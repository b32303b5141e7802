"""Errors are a page for people.

Mistake: the error page of the web site is the error page of its API.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: programs that parse JSON fail in their parser instead of waiting.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("error-contract",)
SET = "second"


def page(_request: Request, error: ServiceError) -> Response:
    """For people."""
    return HTMLResponse("<h1>We are sorry</h1>", error.status, {"Retry-After": "1"})


def create_app() -> FastAPI:
    """The reference app with an error page."""
    return app_that_answers(page)
