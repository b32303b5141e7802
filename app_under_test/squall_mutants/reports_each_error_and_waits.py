"""Each error is reported to a tracker of errors, by a blocking call.

Mistake: the call is made in the event loop, and waits for the tracker's answer.
Outage: any that makes errors.
Symptom: all requests are late, also those that are served from copies.
"""

from __future__ import annotations

import time

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = (
    "known-outage",
    "unreachable-host",
    "load-balancer-without-backends",
    "disk-full",
)
SET = "eleventh"
TRACKER_SECONDS = 0.1
SERVER_ERROR = 500
make_answer = problems._service_error


async def answer(request: Request, error: Exception) -> JSONResponse:
    """What the caller gets, when the tracker has it, too."""
    found = await make_answer(request, error)
    if found.status_code >= SERVER_ERROR:
        time.sleep(TRACKER_SECONDS)  # noqa: ASYNC251 - the defect
    return found


def create_app() -> FastAPI:
    """The reference app with a tracker of errors."""
    replace(problems, "_service_error", answer)
    return main.create_app()
