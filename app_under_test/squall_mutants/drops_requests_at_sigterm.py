"""SIGTERM ends the process at once.

Mistake: ``sys.exit`` in the handler; the exit code is 0, so no dashboard shows it.
Outage: a new version is deployed while requests are under way.
Symptom: callers see their connection end without an answer, at each deploy.
"""

from __future__ import annotations

import os

from fastapi import FastAPI

from squall_mutants.shared.at_sigterm import Then, app_that_ends

EXPOSED_BY = ("deploy-while-requests-run",)
CAUGHT_BY = ("finishes-requests",)
SET = "second"


def end(_app: FastAPI, _then: Then) -> None:
    """Now."""
    os._exit(0)


def create_app() -> FastAPI:
    """The reference app that ends at once."""
    return app_that_ends(end)
