"""Each read from the carrier has a limit, and the whole answer has none.

Mistake: the client's ``timeout=`` is taken for the time of a request.
Outage: the body of an answer trickles.
Symptom: requests are answered late, and no time-out ever fires.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.resilience.deadline import Deadline
from squall_reference.services.carrier import Carrier

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-body-trickles",)
CAUGHT_BY = ("answered-in-time",)

M = TypeVar("M", bound=BaseModel)


class TricklingCarrier(Carrier):
    """It reads on as long as something comes."""

    async def _guarded(
        self, attempt: Callable[[], Awaitable[M]], _deadline: Deadline, *_more: object
    ) -> M:
        self._attempt_seconds = 3600.0
        return await attempt()


def create_app() -> FastAPI:
    """The reference app with time-outs of its client alone."""
    return app_with_carrier(TricklingCarrier, seconds=0.5)
