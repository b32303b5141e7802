"""503 without Retry-After.

Mistake: the status is right, and nobody says when to come back.
Outage: the server's disk is full.
Symptom: clients come back at once, all together.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app that does not say when."""
    replace(problems, "RETRIABLE", ())
    return main.create_app()
