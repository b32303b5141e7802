"""Overload is answered 429, and the client is not told when to come back.

Mistake: a limiter answers as its library does; nobody documented it.
Outage: far more clients than the service has places.
Symptom: an undocumented status, without ``Retry-After``.
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from squall_reference import main, problems
from squall_reference.errors import Overloaded
from squall_reference.observability import context

from squall_mutants.shared import replace

EXPOSED_BY = ("overload",)
SET = "third"

TOO_MANY = 429


def refuse(
    status: int, title: str, detail: str = "", request_id: str | None = None
) -> JSONResponse:
    """429 where the reference says 503."""
    given = TOO_MANY if title == Overloaded.title else status
    return problems.problem(given, title, detail, request_id)


def create_app() -> FastAPI:
    """The reference app with a limiter."""
    replace(Overloaded, "status", TOO_MANY)
    replace(context, "problem", refuse)
    return main.create_app()
