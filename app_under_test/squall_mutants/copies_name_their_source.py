"""A copy tells in its header which database is away.

Mistake: the address of the settings has the password in it.
Outage: any in which copies are given.
Symptom: the password in a header of answers with status 200.
"""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.last_known_good import LastKnownGood
from squall_reference.settings import Settings

from squall_mutants.shared import replace

EXPOSED_BY = (
    "known-outage",
    "unreachable-host",
    "database-crash-restart",
    "silent-network",
)
SET = "twelfth"


def create_app() -> FastAPI:
    """The reference app whose copies say where they are from."""
    settings = Settings()  # type: ignore[call-arg] # the environment supplies them
    named = partial(LastKnownGood, source=str(settings.database_url))
    replace(main, "LastKnownGood", named)
    return main.create_app(settings)
