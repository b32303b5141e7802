"""A cached plan that does not fit its table any more is a bug.

Mistake: migrations run while the app does, and 0A000 is not expected.
Outage: a migration changed a table under prepared statements.
Symptom: 500 after each deployment with a migration, until the process is restarted.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Permanent
from squall_reference.storage import translate

EXPOSED_BY = ("statement-cached-plan-invalid",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app that has not heard of 0A000."""
    translate.KINDS["0A000"] = Permanent
    return main.create_app()
