"""SIGTERM does nothing.

Mistake: a handler "for an orderly end" that is never finished, or a shell that does not pass it on.
Outage: a new version is deployed under load.
Symptom: the process is killed at the end of its time of grace, with whatever it was doing.
"""

from __future__ import annotations

from fastapi import FastAPI

from squall_mutants.shared.at_sigterm import Then, app_that_ends

EXPOSED_BY = ("deploy-under-load",)
CAUGHT_BY = ("ends-when-told",)
SET = "second"


def nothing(_app: FastAPI, _then: Then) -> None:
    """It goes on."""


def create_app() -> FastAPI:
    """The reference app that does not listen."""
    return app_that_ends(nothing)
