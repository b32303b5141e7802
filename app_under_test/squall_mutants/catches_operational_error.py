"""``except OperationalError``, as it was with another driver.

Mistake: SQLAlchemy's asyncpg dialect never raises OperationalError, so nothing is ever caught.
Outage: every pooled connection is reset, then new ones are refused.
Symptom: 500 with a stack trace in the log, and no repeat at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from squall_reference import main
from squall_reference.errors import Transient
from squall_reference.orders import service
from squall_reference.storage.translate import Commit

from squall_mutants.shared import replace

EXPOSED_BY = ("dropped-connections",)
CAUGHT_BY = ("error-contract", "log-clean")


@contextmanager
def translated(_commit: Commit | None = None) -> Iterator[None]:
    """The one error that this driver does not raise."""
    try:
        yield
    except OperationalError as error:
        raise Transient from error


def create_app() -> FastAPI:
    """The reference app with the wrong ``except``."""
    replace(service, "translate_errors", translated)
    return main.create_app()
