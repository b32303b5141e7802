"""What an outage narrows is never made wide again.

Mistake: the limit that protects a database that comes back is lowered, and nobody raises it.
Outage: the same short outage, three times.
Symptom: each outage costs a third of the capacity.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.bulkhead import SLOW_START, Bulkhead

from squall_mutants.shared import replace

EXPOSED_BY = ("outage-three-times",)
CAUGHT_BY = ("recovery-time",)
SET = "second"

LESS = 7

careful = Bulkhead.narrow


def narrow(self: Bulkhead) -> None:
    """Once for each outage: fewer places, for good."""
    if self.places > SLOW_START:
        self._most = max(0, self._most - LESS)
    careful(self)


def create_app() -> FastAPI:
    """The reference app that shrinks."""
    replace(Bulkhead, "narrow", narrow)
    return main.create_app()
