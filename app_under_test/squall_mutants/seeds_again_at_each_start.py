"""Each start puts the stock back to the seed.

Mistake: the seed is an upsert, "so that it can run at each start".
Outage: the process ends, and another one starts.
Symptom: the total of stock and orders changes.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main

from squall_mutants.shared.at_each_start import run_at_each_start

EXPOSED_BY = ("app-crash", "deploy-under-load")
SET = "fifth"

SEED = """INSERT INTO items (id, name, stock)
    SELECT number, 'item ' || number, :stock FROM generate_series(1, :items) AS number
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, stock = excluded.stock"""


def create_app() -> FastAPI:
    """The reference app with an eager seed."""
    run_at_each_start(SEED, lambda settings: {"items": settings.items, "stock": settings.stock})
    return main.create_app()
