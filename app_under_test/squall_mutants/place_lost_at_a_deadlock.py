"""A place at the database is not given back after one kind of error.

Mistake: one ``except`` branch forgets the semaphore.
Outage: PostgreSQL chooses transactions as deadlock victims, again and again.
Symptom: each deadlock leaves one place less; after some days every request is refused.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Transient

from squall_mutants.shared.places import lose_places

EXPOSED_BY = ("deadlocks-three-times",)
CAUGHT_BY = ("recovery-time",)
SET = "second"


def create_app() -> FastAPI:
    """The reference app that loses places."""
    lose_places(lambda kind: kind is Transient)
    return main.create_app()
