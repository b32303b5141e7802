"""``Retry-After`` is meant in milliseconds.

Mistake: the header's unit was not looked up.
Outage: any in which requests are refused.
Symptom: clients stay away for a quarter of an hour.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
SET = "third"


def create_app() -> FastAPI:
    """The reference app with another unit."""
    replace(problems, "RETRY_AFTER_SECONDS", "1000")
    return main.create_app()
