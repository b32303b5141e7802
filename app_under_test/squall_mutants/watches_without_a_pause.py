"""The background probe repeats at once while the database is out.

Mistake: the pause is only made after success.
Outage: the database refuses connections for some seconds.
Symptom: a busy processor, and connection attempts without traffic.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, readiness

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "third"


def create_app() -> FastAPI:
    """The reference app that is impatient."""
    replace(readiness, "RETRY_SECONDS", 0.0)
    return main.create_app()
