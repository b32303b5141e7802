"""An error is told by words of its text; what is not recognised is taken for a bug.

Mistake: ``"connection is closed" in str(error)`` instead of the SQLSTATE.
Outage: any whose error is worded in another way.
Symptom: 500, without a repeat, for what a repeat would have done.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from squall_reference import main
from squall_reference.errors import Overloaded, Permanent, ServiceError, Transient, Unreachable
from squall_reference.storage import translate

from squall_mutants.shared import replace

EXPOSED_BY = (
    "sessions-terminated",
    "deadlocks",
    "too-many-connections",
    "idle-session-killed",
    "database-starting-up",
)
SET = "tenth"
AWAY = ("connection is closed", "connection was closed", "connect call failed", "reset by peer")
CONFLICT = ("could not serialize",)


def kind(error: Exception) -> type[ServiceError] | None:
    """By its words."""
    words = str(error).lower()
    if isinstance(error, PoolTimeout):
        return Overloaded
    if isinstance(error, TimeoutError) or any(known in words for known in AWAY):
        return Unreachable
    if any(known in words for known in CONFLICT):
        return Transient
    known = isinstance(error, DBAPIError) or translate.sqlstate(error) is not None
    return Permanent if known else None


def create_app() -> FastAPI:
    """The reference app that reads the words."""
    replace(translate, "kind", kind)
    return main.create_app()
