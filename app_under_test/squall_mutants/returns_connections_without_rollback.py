"""A connection goes back to the pool as it is.

Mistake: the pool's reset is switched off, to save a round trip.
Outage: updates fail with 40P01, as victims of deadlocks.
Symptom: the next user of the connection is inside of a transaction that failed.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from squall_reference import main

from squall_mutants.shared import replace

EXPOSED_BY = ("deadlocks",)
CAUGHT_BY = ("error-contract",)
SET = "second"


def nothing(_dialect: object, _connection: Any) -> None:  # noqa: ANN401 - the driver's, wrapped
    """No ROLLBACK."""


def create_app() -> FastAPI:
    """The reference app without a rollback."""
    replace(dialect, "do_rollback", nothing)
    return main.create_app()
