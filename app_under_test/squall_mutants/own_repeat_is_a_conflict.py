"""A key that is there already is answered with 409.

Mistake: a unique constraint on the key, and ``except IntegrityError: raise HTTPException(409)``.
Outage: the reply to COMMIT is lost, or callers repeat what they got no answer to.
Symptom: the order was placed, and its only caller is told of a conflict.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference.errors import AlreadyThere

from squall_mutants.shared.replays import app_that_refuses_repeats

EXPOSED_BY = (
    "commit-reply-lost",
    "callers-retry-what-failed",
    "callers-repeat-after-a-restart",
    "callers-retry-what-timed-out",
    "callers-repeat-at-once",
)
SET = "fourteenth"


def create_app() -> FastAPI:
    """The reference app that refuses repeats."""
    return app_that_refuses_repeats(AlreadyThere)
