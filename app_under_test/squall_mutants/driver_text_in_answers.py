"""The answer to an error shows the driver's own words.

Mistake: the handler puts ``str(error)`` of the driver into ``detail``, which helps in debugging.
Outage: the database restarts, refuses connections, or cancels a statement.
Symptom: callers read SQL, names of the driver's classes and addresses.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.storage import translate

from squall_mutants.shared import replace

EXPOSED_BY = (
    "database-crash-restart",
    "connection-refused",
    "statements-cancelled",
    "any-statement-cancelled",
    "known-outage",
)
SET = "fourteenth"

careful = translate.kind


def kind(error: Exception) -> type[ServiceError] | None:
    """The reference's kind of the error, with the error's text as its detail."""
    found = careful(error)
    if found is None:
        return None
    return type(found.__name__, (found,), {"detail": str(error)})


def create_app() -> FastAPI:
    """The reference app that tells what its driver said."""
    replace(translate, "kind", kind)
    return main.create_app()
