"""Errors are answered with 200 and "error" in the body.

Mistake: "the HTTP request did succeed".
Outage: the server's disk is full.
Symptom: every caller that looks at the status believes in orders that are not there.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("no-acknowledged-write-lost",)


careful = problems.problem


def friendly(status: int, *arguments: Any, **more: Any) -> JSONResponse:  # noqa: ANN401 - the reference's
    """The problem, in a success."""
    answer = careful(status, *arguments, **more)
    answer.status_code = 200
    return answer


def create_app() -> FastAPI:
    """The reference app that always succeeds, but for its probes."""
    replace(problems, "problem", friendly)
    return main.create_app()
