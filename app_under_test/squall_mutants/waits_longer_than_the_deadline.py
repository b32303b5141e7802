"""The pause between two attempts is longer than the request may live.

Mistake: one, two, four seconds: copied from a job queue.
Outage: inserts fail with 40001, and a repeat would work at once.
Symptom: there is a retry policy, and no request ever lives to be repeated.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.retry import RetryPolicy

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("availability",)


def create_app() -> FastAPI:
    """The reference app with the pauses of a batch."""
    policy = {"first_wait": 2.0, "longest_wait": 60.0, "draw": lambda: 1.0}
    replace(main, "RetryPolicy", lambda: RetryPolicy(**policy))  # type: ignore[arg-type] # a table
    return main.create_app()
