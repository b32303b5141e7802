"""A key that was used before is a conflict.

Mistake: a unique violation becomes 409; what was answered the first time is not looked up.
Outage: the answer to COMMIT is lost, and the request is repeated.
Symptom: the order stands, and its client is told that it was refused.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference.errors import Rejected

from squall_mutants.shared.replays import app_that_refuses_repeats

EXPOSED_BY = ("commit-reply-lost", "callers-repeat-at-once")
SET = "third"


class KeyUsed(Rejected):
    """The key was used."""

    status = 409
    title = "Idempotency key used"


def create_app() -> FastAPI:
    """The reference app without replays."""
    return app_that_refuses_repeats(KeyUsed)
