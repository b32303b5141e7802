"""The response of a refusal is made once, and sent again and again.

Mistake: a constant of the module, because "it is always the same".
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: every refusal carries the request id of the first one.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError
from squall_reference.problems import problem

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
SET = "fifth"

FAILURE = 500
SENT: dict[str, Response] = {}


def sent_before(request: Request, error: ServiceError) -> Response | None:
    """The answer that the first one got."""
    if error.status <= FAILURE:
        return None
    found = SENT.get(error.title)
    if found is None:
        request_id = request.state.request_id
        found = SENT[error.title] = problem(error.status, error.title, error.detail, request_id)
    return found


def create_app() -> FastAPI:
    """The reference app that saves its answers."""
    return app_that_answers(sent_before)
