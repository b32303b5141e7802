"""A server that takes no writes any more is kept.

Mistake: only closed connections count as broken; 25006 is "an error of the statement".
Outage: after a fail-over the pool still talks to the old primary.
Symptom: every write fails, for as long as the process lives.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Permanent
from squall_reference.storage import translate

EXPOSED_BY = ("replica-promoted-read-only",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app that takes 25006 for a bug in its SQL."""
    translate.KINDS["25006"] = Permanent
    return main.create_app()
