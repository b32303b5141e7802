"""Each read from the carrier has a limit, and the whole answer has none.

Mistake: the client's ``timeout=`` is taken for the time of a request.
Outage: the body of an answer trickles.
Symptom: requests are answered late, and no time-out ever fires.
"""

from __future__ import annotations

from fastapi import FastAPI

from squall_mutants.shared.services import app_with_carrier
from squall_mutants.waits_for_the_carrier import PatientCarrier

SET = "services"
EXPOSED_BY = ("upstream-body-trickles",)
CAUGHT_BY = ("answered-in-time",)


def create_app() -> FastAPI:
    """The reference app with time-outs of its client alone: it reads on while something comes."""
    return app_with_carrier(PatientCarrier, seconds=0.5)
