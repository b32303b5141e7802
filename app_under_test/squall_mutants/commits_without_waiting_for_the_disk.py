"""COMMIT is answered before it is on the disk.

Mistake: ``synchronous_commit = off``, because a benchmark was quicker with it.
Outage: the database crashes.
Symptom: orders of the last moments were acknowledged, and are lost.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.timeouts import Timeouts
from squall_reference.storage import engine

from squall_mutants.shared import replace

EXPOSED_BY = ("database-crash-restart", "database-crashes-twice")
SET = "third"

careful = engine._server_settings


def settings(limits: Timeouts) -> dict[str, str]:
    """The reference's settings, and one more."""
    return {**careful(limits), "synchronous_commit": "off"}


def create_app() -> FastAPI:
    """The reference app that does not wait."""
    replace(engine, "_server_settings", settings)
    return main.create_app()
