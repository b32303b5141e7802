"""A conflict of transactions is answered as the caller's conflict.

Mistake: SQLSTATEs 40001 and 40P01 become 409, as a unique violation does, and are not repeated.
Outage: contention, or deadlocks.
Symptom: writes that a repeat would have done are refused for good.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Rejected
from squall_reference.storage import translate

EXPOSED_BY = (
    "serialization-failures",
    "deadlocks",
    "hot-row",
    "commit-refused",
    "conflicts-after-conflicts",
    "deadlocks-three-times",
)
SET = "eighth"


class Conflict(Rejected):
    """Somebody else was quicker."""

    status = 409
    title = "Conflict"


def create_app() -> FastAPI:
    """The reference app with another table of errors."""
    translate.KINDS["40"] = Conflict
    return main.create_app()
