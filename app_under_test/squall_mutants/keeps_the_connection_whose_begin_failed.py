"""A connection whose BEGIN was refused goes back to the pool.

Mistake: only errors that end the connection are a reason to replace it. asyncpg keeps the
transaction that did not start, so every later one on this connection is a SAVEPOINT.
Outage: the server refuses BEGIN for half a second.
Symptom: long after it, requests that get one of these connections fail with 25P01.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Permanent
from squall_reference.storage import engine, translate

from squall_mutants.shared import replace

EXPOSED_BY = ("begin-refused",)
CAUGHT_BY = ("error-contract",)


def never(*_: object) -> bool:
    """Every connection that lives is fit."""
    return False


def create_app() -> FastAPI:
    """The reference app that trusts a connection that lives."""
    replace(engine, "is_out_of_step", never)
    for state in ("25P01", "25P02"):
        translate.KINDS[state] = Permanent
    return main.create_app()
