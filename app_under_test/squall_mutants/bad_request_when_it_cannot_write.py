"""A write that fails is a bad request.

Mistake: ``except Exception`` around the write, with one status for all that goes wrong there.
Outage: the database is away, or refuses.
Symptom: 400 for a valid request, which no client repeats.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference.errors import ServiceError, Transient
from squall_reference.problems import problem

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = ("known-outage", "disk-full")
SET = "third"


def blame(request: Request, error: ServiceError) -> Response | None:
    """400 for writes."""
    if request.method != "POST" or not isinstance(error, Transient):
        return None
    return problem(400, "Bad request", "The order could not be placed.")


def create_app() -> FastAPI:
    """The reference app that blames its clients."""
    return app_that_answers(blame)
