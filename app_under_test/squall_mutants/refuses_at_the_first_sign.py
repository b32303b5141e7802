"""A blip is refused like an outage.

Mistake: the circuit opens, and everybody gets 503 at once, though a second of time is left.
Outage: pooled connections are reset, then new ones are refused for a moment.
Symptom: callers see errors for what a tenth of a second of waiting would have hidden.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.waiting_room import WaitingRoom

from squall_mutants.shared import replace

EXPOSED_BY = ("dropped-connections",)
CAUGHT_BY = ("availability",)


careful = WaitingRoom.__init__


def impatient(self: WaitingRoom, *arguments: Any, **given: Any) -> None:  # noqa: ANN401 - the reference's
    """No time at all."""
    careful(self, *arguments, **{**given, "patience": 0.0})


def create_app() -> FastAPI:
    """The reference app that gives up at once."""
    replace(WaitingRoom, "__init__", impatient)
    return main.create_app()
