"""A serialization failure counts as an outage.

Mistake: every error of the driver is a failure for the circuit breaker.
Outage: every write conflicts on the same row.
Symptom: a hot row, and the whole service refuses.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Unreachable
from squall_reference.storage import translate

EXPOSED_BY = ("hot-row",)
CAUGHT_BY = ("availability",)
SET = "second"


def create_app() -> FastAPI:
    """The reference app with another table of errors."""
    translate.KINDS["40001"] = Unreachable
    return main.create_app()
