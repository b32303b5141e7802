"""The circuit in front of the carrier opens, and never closes.

Mistake: no trial is made, because only requests that were let in could succeed.
Outage: the carrier is unreachable, or resets each request.
Symptom: parcels are refused for ever.
"""

from __future__ import annotations

import math
from typing import Any

from fastapi import FastAPI
from squall_reference.services.carrier import Carrier

from squall_mutants.shared import replace
from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-refused", "upstream-resets-requests")
CAUGHT_BY = ("recovery-time",)


class FinalCarrier(Carrier):
    """Who failed has failed."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - the reference's
        super().__init__(*arguments)
        replace(self.guard.room.breaker, "trial_in", lambda: math.inf)


def create_app() -> FastAPI:
    """The reference app that gives its carrier up."""
    return app_with_carrier(FinalCarrier)
