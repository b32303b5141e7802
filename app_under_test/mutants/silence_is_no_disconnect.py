"""A connection that went silent goes back to the pool.

Mistake: only an error of the socket counts as a broken connection; a time-out is "slow".
Outage: nothing that the app says arrives any more, and no error tells it.
Symptom: after the heal each of them is tried, and waited for, one after the other.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.engine.interfaces import ExceptionContext

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.storage import engine

EXPOSED_BY = ("lost-requests",)
CAUGHT_BY = ("recovery-time",)


def forgiving(context: ExceptionContext) -> None:
    """Every connection deserves another try, and so do the others."""
    context.invalidate_pool_on_disconnect = False
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = False


def create_app() -> FastAPI:
    """The reference app that waits for the dead."""
    replace(engine, "_judge_connection", forgiving)
    return main.create_app()
