"""The detail of an error is what PostgreSQL said.

Mistake: "the message is useful", and so are the names of tables and roles in it.
Outage: the server cancels statements.
Symptom: callers read the server's words, in the language of its administrator.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError
from squall_reference.problems import problem

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("statements-cancelled",)
CAUGHT_BY = ("error-contract",)
SET = "second"


def words(_request: Request, error: ServiceError) -> Response | None:
    """The innermost message."""
    inner: BaseException = error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    return None if inner is error else problem(error.status, error.title, str(inner))


def create_app() -> FastAPI:
    """The reference app that repeats what it hears."""
    return app_that_answers(words)
