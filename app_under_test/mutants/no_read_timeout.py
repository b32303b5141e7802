"""Only the request has a deadline; the database has none.

Mistake: the request is bounded from outside, so nobody sets time-outs of the driver and the server.
Outage: the database stops answering without closing a connection.
Symptom: each request needs its whole deadline to fail, and what it asked for is never reported as a
failure of the database: the circuit learns of the outage by accident.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from app_under_test import main, settings
from app_under_test.mutants.shared import replace
from app_under_test.resilience import timeouts

EXPOSED_BY = ("silent-network",)
CAUGHT_BY = ("recovery-time",)


class Patient(timeouts.Timeouts):
    """The layers in no order at all."""

    def __post_init__(self) -> None:
        """Check nothing."""

    @classmethod
    def within(cls, deadline: float, **_given: Any) -> Patient:  # noqa: ANN401 - as the reference calls it
        """The deadline, the connection, and an hour for everything else."""
        quarter, hour = deadline / 4, 3600.0
        return cls(
            deadline=deadline,
            kernel=hour,
            hold=hour,
            command=hour,
            statement=hour,
            pool_wait=deadline * 0.3,
            lock=quarter,
            connect=quarter,
        )


def create_app() -> FastAPI:
    """The reference app whose statements may take an hour."""
    replace(settings, "Timeouts", Patient)
    return main.create_app()
