"""A write is repeated at once when the disk is full.

Mistake: class 53 is taken for a passing state.
Outage: the server's disk is full.
Symptom: writes multiply, and each of them costs the server its log.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Transient
from squall_reference.storage import translate

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("retry-storm",)
SET = "second"


def create_app() -> FastAPI:
    """The reference app with another table of errors."""
    translate.KINDS["53100"] = Transient
    return main.create_app()
