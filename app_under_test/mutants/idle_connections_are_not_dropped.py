"""An outage is known, and the pool keeps its dead connections.

Mistake: the circuit breaker and the pool do not know of each other.
Outage: packets vanish for more than a deadline.
Symptom: after the heal each pooled connection costs a request its time-out, one after the other.
"""

from __future__ import annotations

from fastapi import FastAPI

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.storage.sockets import Sockets

EXPOSED_BY = ("half-dead-connection-after-idle",)
CAUGHT_BY = ("recovery-time",)


def keep(_self: Sockets) -> None:
    """Whatever is idle may be of use."""


def create_app() -> FastAPI:
    """The reference app that keeps what it has."""
    replace(Sockets, "abort_idle", keep)
    return main.create_app()
