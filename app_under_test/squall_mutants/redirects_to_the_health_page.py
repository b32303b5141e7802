"""In an outage callers are sent to a page about the outage.

Mistake: a redirect that is meant for browsers also answers programs.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: clients follow, and get 200 with something else.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"


def elsewhere(request: Request, _error: ServiceError) -> Response | None:
    """A page that always works."""
    return RedirectResponse("/livez", 303) if request.method == "GET" else None


def create_app() -> FastAPI:
    """The reference app that sends its callers away."""
    return app_that_answers(elsewhere, copies=False)
