"""The problem's member ``status`` is a constant.

Mistake: the body was copied from the handler of bugs.
Outage: any in which requests are refused.
Symptom: 503 in the head, 500 in the body; clients that read the body do not repeat.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError
from squall_reference.problems import RETRIABLE, RETRY_AFTER_SECONDS, problem

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("disk-full",)
SET = "third"


def differ(_request: Request, error: ServiceError) -> Response | None:
    """One status in the head, another one in the body."""
    if error.status not in RETRIABLE:
        return None
    answer = problem(500, error.title, error.detail)
    answer.status_code = error.status
    answer.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return answer


def create_app() -> FastAPI:
    """The reference app with two statuses."""
    return app_that_answers(differ)
