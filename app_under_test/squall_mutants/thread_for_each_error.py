"""Each error starts a thread, which waits for ever.

Mistake: an alarm is sent "in the background", and its queue has no reader.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: hundreds of threads, until the system allows no more.
"""

from __future__ import annotations

import threading

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("resources-return",)
SET = "second"


def alarm(_request: Request, _error: ServiceError) -> Response | None:
    """The reference's answer, and a thread."""
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return None


def create_app() -> FastAPI:
    """The reference app with alarms."""
    return app_that_answers(alarm)
