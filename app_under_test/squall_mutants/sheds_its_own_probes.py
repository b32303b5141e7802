"""The limit of requests also applies to the probes.

Mistake: the middleware refuses before it looks at the path.
Outage: more clients than the limit allows stop in the middle of their requests.
Symptom: liveness fails under load, and the orchestrator kills what is merely busy.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability import context

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-stall-by-hundreds",)
SET = "third"


def create_app() -> FastAPI:
    """The reference app without an exception for probes."""
    replace(context, "HEALTH", frozenset())
    return main.create_app()
