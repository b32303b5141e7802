"""A database that is out is an "internal server error".

Mistake: nobody maps the driver's errors to a status; the framework's default is 500.
Outage: the server's disk is full.
Symptom: callers and balancers take an outage for a bug, and do not come back.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import errors, main

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app without statuses of its own."""
    replace(errors.Transient, "status", 500)
    return main.create_app()
