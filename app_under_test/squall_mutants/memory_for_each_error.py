"""Each failed request is kept in a list.

Mistake: "for later", and later never comes.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: memory grows for as long as the outage lasts, and is never given back.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("resources-return",)
SET = "second"

BYTES = 500_000
KEPT: list[bytes] = []


def keep(_request: Request, _error: ServiceError) -> Response | None:
    """The reference's answer, and a page of memory."""
    KEPT.append(b"x" * BYTES)
    return None


def create_app() -> FastAPI:
    """The reference app that keeps everything."""
    return app_that_answers(keep)
