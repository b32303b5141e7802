"""Each start counts the stock again, from the first stock and the orders.

Mistake: what was counted on the shelves since then is not in the sum.
Outage: the app starts again.
Symptom: acknowledged changes of the stock are undone.
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
LOAD = "set-stock"
RECOUNT = (
    "UPDATE items SET stock = :stock - coalesce("
    "(SELECT sum(quantity) FROM orders WHERE item_id = items.id), 0) WHERE id <= :items"
)


def create_app() -> FastAPI:
    """The reference app that counts at its start."""
    run_at_each_start(RECOUNT, lambda settings: {"stock": settings.stock, "items": settings.items})
    return main.create_app()
