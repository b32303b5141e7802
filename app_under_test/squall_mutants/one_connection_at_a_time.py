"""A demoted primary costs one connection each time it is noticed.

Mistake: 25006 closes the connection that has met it, and the pool keeps the others.
Outage: after a failover the app still uses the old primary, which accepts no writes.
Symptom: as many failed writes as there are connections, long after the failover.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.engine.interfaces import ExceptionContext
from squall_reference import main
from squall_reference.storage.engine import Database
from squall_reference.storage.translate import sqlstate

from squall_mutants.shared import replace

EXPOSED_BY = ("replica-promoted-read-only",)
CAUGHT_BY = ("availability",)
SET = "second"

careful = Database._judge


def judge(self: Database, context: ExceptionContext) -> None:
    """The reference's judgement; of a demotion, for this connection alone."""
    if sqlstate(context.original_exception) == "25006":
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
        return
    careful(self, context)


def create_app() -> FastAPI:
    """The reference app that learns slowly."""
    replace(Database, "_judge", judge)
    return main.create_app()
