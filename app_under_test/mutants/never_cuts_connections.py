"""A connection that hangs is never cut, only given up.

Mistake: cancelling is taken for an end; the driver says farewell to a peer that does not answer.
Outage: packets vanish for more than a deadline.
Symptom: callers are answered in time, and the pool's places stay taken long after the heal.
"""

from __future__ import annotations

from fastapi import FastAPI

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.storage.lease import Lease

EXPOSED_BY = ("dead-route",)
CAUGHT_BY = ("recovery-time",)


def spare(_self: Lease) -> None:
    """Leave the socket alone."""


def create_app() -> FastAPI:
    """The reference app that is polite."""
    replace(Lease, "_cut", spare)
    return main.create_app()
