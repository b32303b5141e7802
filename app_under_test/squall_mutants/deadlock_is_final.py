"""A victim of a deadlock gives up.

Mistake: 40P01 is reported as "overloaded", and nobody runs the transaction again.
Outage: PostgreSQL chose the app's transactions as victims.
Symptom: callers get 503 for what a second attempt would have done at once.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Exhausted
from squall_reference.storage import translate

EXPOSED_BY = ("deadlocks",)
CAUGHT_BY = ("availability",)


def create_app() -> FastAPI:
    """The reference app that does not repeat victims."""
    translate.KINDS["40P01"] = Exhausted
    return main.create_app()
