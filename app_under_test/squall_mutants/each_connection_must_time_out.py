"""A time-out replaces its own connection, and no other.

Mistake: the other connections of the pool are believed to be alive until each has proved otherwise.
Outage: all connections go silent for good, new ones work.
Symptom: after the heal one slow request for each connection of the pool.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.engine.interfaces import ExceptionContext
from squall_reference import main
from squall_reference.storage.engine import Database
from squall_reference.storage.sockets import Sockets

from squall_mutants.shared import replace

EXPOSED_BY = ("half-dead-connection-after-idle", "lost-responses")
SET = "third"

careful = Database._judge


def judge(self: Database, context: ExceptionContext) -> None:
    """The reference's judgement of this connection alone."""
    careful(self, context)
    context.invalidate_pool_on_disconnect = False


def spare(_self: Sockets, _driver: object = None) -> None:
    """Close no other connection."""


def create_app() -> FastAPI:
    """The reference app that trusts its pool."""
    replace(Database, "_judge", judge)
    replace(Sockets, "give_up", spare)
    replace(Sockets, "abort_idle", spare)
    return main.create_app()
