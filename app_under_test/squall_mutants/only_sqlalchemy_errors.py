"""Only SQLAlchemy's errors are taken for errors of the database.

Mistake: ``except SQLAlchemyError`` is thought to be all; ``OSError`` and ``TimeoutError`` come raw.
Outage: the database's port refuses connections, or does not answer.
Symptom: 500 where 503 is right, and no copy of an item that the app has.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.storage import translate

from squall_mutants.shared import replace

EXPOSED_BY = (
    "connection-refused",
    "database-crash-restart",
    "dropped-connections",
    "known-outage",
    "unreachable-host",
)
SET = "fourteenth"

careful = translate.kind


def kind(error: Exception) -> type[ServiceError] | None:
    """What an error means; None for what is not SQLAlchemy's."""
    return careful(error) if isinstance(error, SQLAlchemyError) else None


def create_app() -> FastAPI:
    """The reference app that knows half of the errors."""
    replace(translate, "kind", kind)
    return main.create_app()
