"""Every failure is a 503: "nothing was changed; try again".

Mistake: one status for all that goes wrong with the database.
Outage: the answers to COMMITs are held back for longer than a request may take.
Symptom: the caller is told that nothing happened, and the order is there.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import errors, main

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-held",)
CAUGHT_BY = ("refused-write-absent",)


def create_app() -> FastAPI:
    """The reference app that is sure of itself."""
    replace(errors.Ambiguous, "status", 503)
    replace(errors.DeadlineExceeded, "status", 503)
    return main.create_app()
