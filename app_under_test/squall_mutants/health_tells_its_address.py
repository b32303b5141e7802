"""The probe of readiness tells why it is not ready, with the settings.

Mistake: what helps to find a wrong setting is in a public answer.
Outage: any in which the app is not ready.
Symptom: the database's address and password are in the answer of a probe.
"""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from squall_reference.problems import problem
from squall_reference.readiness import Readiness

from squall_mutants.shared.routes import app_that_reads

EXPOSED_BY = ("known-outage", "database-crash-restart", "unreachable-host", "password-changed")
SET = "eleventh"


async def readyz(request: Request) -> Response | dict[str, str]:
    """Ready, or why not."""
    readiness: Readiness = request.app.state.readiness
    if readiness.ready:
        return {"status": "ready"}
    address = request.app.state.settings.database_url
    return problem(503, "Not ready", f"The order book at {address} cannot be reached.")


def create_app() -> FastAPI:
    """The reference app with a probe that tells more."""
    return app_that_reads("/readyz", readyz, response_model=None)
