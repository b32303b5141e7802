"""Any failed request makes the service not ready for five seconds.

Mistake: readiness is derived from the errors of single requests.
Outage: one kind of statement fails, everything else works.
Symptom: all instances leave the load balancer because of one bad query.
"""

from __future__ import annotations

import time

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace
from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("hot-statement-hangs", "disk-full")
SET = "third"

SECONDS = 5.0
SERVER_ERROR = 500
LAST = [float("-inf")]

careful = Readiness.ready


def note(_request: Request, error: ServiceError) -> Response | None:
    """The reference's answer; remember when."""
    if error.status >= SERVER_ERROR:
        LAST[0] = time.monotonic()
    return None


def ready(self: Readiness) -> bool:
    """As the reference, and no error lately."""
    return bool(careful.__get__(self)) and time.monotonic() - LAST[0] > SECONDS


def create_app() -> FastAPI:
    """The reference app that is easily not ready."""
    replace(Readiness, "ready", property(ready))
    return app_that_answers(note)
