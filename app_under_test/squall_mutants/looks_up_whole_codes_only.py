"""SQLSTATEs are looked up without their classes.

Mistake: a table of codes that were seen; the others are bugs.
Outage: the server's disk is full.
Symptom: 500 for an outage, and nobody repeats it.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Misconfigured, Transient, Unreachable
from squall_reference.storage import translate

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
SET = "fourth"

CODE = 5
SEEN = {
    "40001": Transient,
    "40P01": Transient,
    "08006": Unreachable,
    "28P01": Misconfigured,
}


def create_app() -> FastAPI:
    """The reference app with a short table."""
    whole = {code: kind for code, kind in translate.KINDS.items() if len(code) == CODE}
    replace(translate, "KINDS", {**whole, **SEEN})
    return main.create_app()
