"""Callers are asked to come back at a time that is over.

Mistake: ``Retry-After`` is the time of the error, without the pause.
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
    """The reference app with a time that is over."""
    replace(problems, "RETRY_AFTER_SECONDS", "Wed, 21 Oct 2015 07:28:00 GMT")
    return main.create_app()
