"""A statement that the server cancelled is repeated.

Mistake: "57014 is temporary": so is the load that causes it, unless it is multiplied.
Outage: the server cancels statements at its time limit.
Symptom: statements multiply when the server has the least room for them.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Transient
from squall_reference.storage import translate

EXPOSED_BY = ("rows-cannot-be-read-back", "statements-cancelled")
CAUGHT_BY = ("retry-storm",)
SET = "second"


def create_app() -> FastAPI:
    """The reference app with another table of errors."""
    translate.KINDS["57014"] = Transient
    return main.create_app()
