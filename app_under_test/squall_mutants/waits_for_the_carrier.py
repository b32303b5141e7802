"""Nothing bounds the wait for the carrier.

Mistake: ``timeout=None``, because the carrier was slow once.
Outage: the carrier is silent for longer than a request's deadline.
Symptom: requests are answered late.
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
EXPOSED_BY = ("upstream-silent", "upstream-unreachable")
CAUGHT_BY = ("answered-in-time",)

M = TypeVar("M", bound=BaseModel)


class PatientCarrier(Carrier):
    """It waits."""

    async def _guarded(
        self, attempt: Callable[[], Awaitable[M]], _deadline: Deadline, *_more: object
    ) -> M:
        self._attempt_seconds = 3600.0
        return await attempt()


def create_app() -> FastAPI:
    """The reference app that waits for its carrier."""
    return app_with_carrier(PatientCarrier, seconds=None)
