"""Retry-After with a value that nobody waits for.

Mistake: a day, where seconds are counted; milliseconds would be the same mistake.
Outage: the server's disk is full, for half a second.
Symptom: well-behaved clients stay away for a day after an outage of a second.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app that is out for a day."""
    replace(problems, "RETRY_AFTER_SECONDS", "86400")
    return main.create_app()
