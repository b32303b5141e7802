"""An error of the database while writing becomes "conflict".

Mistake: ``except DBAPIError: raise HTTPException(409)``, made for constraints.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: clients take their order for a duplicate and never repeat it.
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


def conflict(_request: Request, error: ServiceError) -> Response | None:
    """Somebody else was first, it says."""
    return problem(409, "Conflict") if isinstance(error, Transient) else None


def create_app() -> FastAPI:
    """The reference app with one error for all."""
    return app_that_answers(conflict)
