"""Callers are asked to come back in zero seconds.

Mistake: the pause is an integer division.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: polite clients repeat without a pause.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("error-contract",)
SET = "second"


def create_app() -> FastAPI:
    """The reference app without a pause."""
    replace(problems, "RETRY_AFTER_SECONDS", "0")
    return main.create_app()
