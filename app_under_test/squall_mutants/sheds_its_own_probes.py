"""The limit of requests also applies to the probes.

Mistake: the middleware refuses before it looks at the path.
Outage: far more clients than the service has places.
Symptom: liveness fails under load, and the orchestrator kills what is merely busy.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability import context

from squall_mutants.shared import replace

EXPOSED_BY = ("overload",)
SET = "third"


def create_app() -> FastAPI:
    """The reference app without an exception for probes."""
    replace(context, "HEALTH", frozenset())
    return main.create_app()
