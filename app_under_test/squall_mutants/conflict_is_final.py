"""A serialization failure is an error like any other.

Mistake: SQLSTATE 40001 is not told from a bug.
Outage: inserts fail with 40001: contention.
Symptom: 500 for what PostgreSQL asks to be run again.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Permanent
from squall_reference.storage import translate

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app that has not heard of 40001."""
    translate.KINDS["40001"] = Permanent
    return main.create_app()
