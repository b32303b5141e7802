"""`Retry-After: 0.05`.

Mistake: the circuit's pause is written as it is, in seconds with a fraction.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: a value that RFC 9110 does not know: clients ignore it, or fail.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "fourth"

PAUSE = "0.05"


def create_app() -> FastAPI:
    """The reference app with exact pauses."""
    replace(problems, "RETRY_AFTER_SECONDS", PAUSE)
    return main.create_app()
