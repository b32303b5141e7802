"""A request that found the queue full tries again.

Mistake: "503 is temporary", though it was this process that refused.
Outage: far more clients than the service has places.
Symptom: refusals come late, and use up the budget of repeats.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Overloaded

EXPOSED_BY = ("overload",)
SET = "third"


def create_app() -> FastAPI:
    """The reference app that insists."""
    Overloaded.repeat = True
    return main.create_app()
