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

from app_under_test import main
from app_under_test.errors import Transient
from app_under_test.mutants.shared import replace
from app_under_test.orders import service
from app_under_test.storage.translate import Commit

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
    replace(service, "translated", translated)
    return main.create_app()
