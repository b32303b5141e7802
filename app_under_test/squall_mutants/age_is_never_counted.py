"""Copies are marked with an age of 0, however old they are.

Mistake: the age is computed when the copy is stored.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: an old answer that says that it is new.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.last_known_good import Copy

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage", "long-outage")
SET = "fourth"


def headers(_copy: object) -> dict[str, str]:
    """Always new."""
    return {"Age": "0", "Cache-Status": "orders; hit"}


def create_app() -> FastAPI:
    """The reference app without a clock for its copies."""
    replace(Copy, "headers", property(headers))
    return main.create_app()
