"""A connection's timer is not stopped when the connection goes back to the pool.

Mistake: a watchdog for each request, and no hand-over when the request ends.
Outage: any that makes requests longer; the network is 60 ms slower.
Symptom: connections die in the hands of requests that have nothing to do with it.
"""

from __future__ import annotations

from fastapi import FastAPI

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.storage.lease import Lease

EXPOSED_BY = ("slow-network",)
CAUGHT_BY = ("recovery-time",)


def kept(_self: Lease) -> None:
    """Forget to forget."""


def create_app() -> FastAPI:
    """The reference app whose timers run on."""
    replace(Lease, "drop", kept)
    return main.create_app()
