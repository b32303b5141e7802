"""A prepared statement that the server does not know any more is a bug.

Mistake: prepared statements are used behind a pooler, and 26000 is not expected.
Outage: a pooler switched the session below the app.
Symptom: the same endpoint answers 500 on the same connection, again and again.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Permanent
from squall_reference.storage import translate

EXPOSED_BY = ("prepared-statements-lost",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app that has not heard of 26000."""
    translate.KINDS["26000"] = Permanent
    return main.create_app()
