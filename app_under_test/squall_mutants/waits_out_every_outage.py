"""Every outage is waited out, also one that has been known for long.

Mistake: "the database will be back in a moment" is true for blips only.
Outage: connections to the database are accepted and closed for two seconds.
Symptom: each caller waits for its whole deadline to hear what was known before it came.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.waiting_room import WaitingRoom

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("fails-fast",)


careful = WaitingRoom.__init__


def patient(self: WaitingRoom, *arguments: Any, **given: Any) -> None:  # noqa: ANN401 - the reference's
    """A room for all, and an hour."""
    careful(self, *arguments, **{**given, "patience": 3600.0, "places": 1_000_000})


def create_app() -> FastAPI:
    """The reference app that hopes."""
    replace(WaitingRoom, "__init__", patient)
    return main.create_app()
