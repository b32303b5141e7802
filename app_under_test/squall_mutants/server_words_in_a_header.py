"""The exception's text is sent in a header.

Mistake: a header for debugging was left in.
Outage: some statements are cancelled by the server.
Symptom: SQL and the server's words for everybody.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference import problems
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("disk-full",)
SET = "fourth"


def with_its_cause(_request: Request, error: ServiceError) -> Response:
    """The usual problem, and what it was."""
    answer = problems.problem(error.status, error.title, error.detail)
    words = f"{error!r} {error.__cause__}".replace("\n", " ")
    answer.headers["X-Error"] = words.encode("ascii", "replace").decode()[:1000]
    return answer


def create_app() -> FastAPI:
    """The reference app with a header too many."""
    return app_that_answers(with_its_cause)
