"""An error starts a thread that is not a daemon, and reports until it succeeds.

Mistake: the error reporter has a thread of its own, without an end.
Outage: the database is silent, then the app is told to end.
Symptom: the process must be killed.
"""

from __future__ import annotations

import threading

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("deploy-while-database-is-silent",)
SET = "fourth"

STARTED: list[threading.Thread] = []


def reported(_request: Request, _error: ServiceError) -> Response | None:
    """The usual answer; a thread tells somebody who is not there."""
    if not STARTED:
        thread = threading.Thread(target=threading.Event().wait)
        STARTED.append(thread)
        thread.start()
    return None


def create_app() -> FastAPI:
    """The reference app with a reporter."""
    return app_that_answers(reported, copies=False)
