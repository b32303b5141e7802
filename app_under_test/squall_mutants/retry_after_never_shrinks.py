"""The hint when to come back doubles with each refusal, and no success resets it.

Mistake: a back-off for all callers together, which nobody puts back.
Outage: the same short outage, three times.
Symptom: callers are told to come back in an hour.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError
from squall_reference.problems import RETRIABLE, problem

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("outage-three-times", "known-outage")
SET = "fifth"

HOUR = 3600
HINTS = [1]


def later_and_later(request: Request, error: ServiceError) -> Response | None:
    """Twice as long as the last one."""
    if error.status not in RETRIABLE:
        return None
    answer = problem(error.status, error.title, error.detail, request.state.request_id)
    answer.headers["Retry-After"] = str(HINTS[0])
    HINTS[0] = min(HOUR, 2 * HINTS[0])
    return answer


def create_app() -> FastAPI:
    """The reference app that asks for more and more patience."""
    return app_that_answers(later_and_later)
