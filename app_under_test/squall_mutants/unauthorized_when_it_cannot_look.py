"""A caller whose rights cannot be read is refused as a stranger.

Mistake: the look-up of the token's owner catches every error and says 401.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: clients throw valid tokens away, and people log in again by the thousand.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError, Transient
from squall_reference.problems import problem

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"


def stranger(_request: Request, error: ServiceError) -> Response | None:
    """Blame the caller."""
    return problem(401, "Unauthorized") if isinstance(error, Transient) else None


def create_app() -> FastAPI:
    """The reference app that blames its callers."""
    return app_that_answers(stranger)
