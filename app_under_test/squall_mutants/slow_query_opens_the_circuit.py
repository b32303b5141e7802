"""A cancelled statement counts as an outage.

Mistake: every error of the driver is a failure for the circuit breaker.
Outage: the server cancels each write at its time limit.
Symptom: one slow query, and nothing of the service works.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Unreachable
from squall_reference.storage import translate

EXPOSED_BY = ("writes-run-out-of-time",)
CAUGHT_BY = ("availability",)
SET = "second"


def create_app() -> FastAPI:
    """The reference app with another table of errors."""
    translate.KINDS["57014"] = Unreachable
    return main.create_app()
