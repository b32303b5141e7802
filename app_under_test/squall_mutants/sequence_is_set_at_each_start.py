"""Each start sets the sequence of the orders' numbers, "to repair it".

Mistake: it is set to the highest number with ``is_called`` false, so that this number comes next.
Outage: the app starts again.
Symptom: the first order after a start gets a number that there is, and fails.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main

from squall_mutants.shared.at_each_start import run_at_each_start

EXPOSED_BY = (
    "app-crash",
    "callers-repeat-after-a-restart",
    "rolling-deploy",
    "deploy-under-load",
)
SET = "eleventh"
REPAIR = (
    "SELECT setval(pg_get_serial_sequence('orders', 'id'),"
    " (SELECT coalesce(max(id), 1) FROM orders), false)"
)


def create_app() -> FastAPI:
    """The reference app that repairs its sequence."""
    run_at_each_start(REPAIR)
    return main.create_app()
