"""The last known price is given as if it were new.

Mistake: a fallback that nobody can tell from an answer.
Outage: connections to the carrier are refused, or it answers 503.
Symptom: reads succeed as always, while the carrier answers nobody.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.last_known_good import Copy

from squall_mutants.shared import replace

SET = "services"
EXPOSED_BY = ("upstream-refused", "upstream-unavailable")


def create_app() -> FastAPI:
    """The reference app whose copies look fresh."""
    no_headers: dict[str, str] = {}
    replace(Copy, "headers", no_headers)
    return main.create_app()
