"""Nothing is repeated.

Mistake: "the client will repeat it".
Outage: inserts fail with 40001, which PostgreSQL documents as "run it again".
Symptom: callers get errors for what a second attempt would have done in a millisecond.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.retry import RetryPolicy

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("availability",)


def create_app() -> FastAPI:
    """The reference app with one attempt."""
    replace(main, "RetryPolicy", lambda: RetryPolicy(attempts=1))
    return main.create_app()
