"""Each refusal writes a stack trace.

Mistake: ``log.exception`` for what is expected in an outage.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: megabytes of the same lines; the disk of the logs is the next outage.
"""

from __future__ import annotations

import sys
import traceback

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("log-clean",)
SET = "second"


def tell(_request: Request, error: ServiceError) -> Response | None:
    """The reference's answer, and where the error came from."""
    sys.stderr.write("".join(traceback.format_exception(error)))
    return None


def create_app() -> FastAPI:
    """The reference app that tells everything."""
    return app_that_answers(tell)
