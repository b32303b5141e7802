"""The server has no limits of its own for this app.

Mistake: time-outs are set in the client only: no ``statement_timeout``, no ``lock_timeout``.
Outage: a migration holds an exclusive lock on a table.
Symptom: a lock that could be reported costs the connection: the client gives up, the server goes on
waiting.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.timeouts import Timeouts
from squall_reference.storage import engine

from squall_mutants.shared import replace

EXPOSED_BY = ("table-locked-by-a-migration",)
CAUGHT_BY = ("retry-storm",)


def settings(_limits: Timeouts) -> dict[str, str]:
    """A name, and nothing else."""
    return {"application_name": engine.NAME}


def create_app() -> FastAPI:
    """The reference app whose statements never end."""
    replace(engine, "_server_settings", settings)
    return main.create_app()
