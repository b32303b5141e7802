"""The carrier is asked again and again until the request's time is over.

Mistake: a loop around the call, without a budget and with hardly a pause.
Outage: the carrier answers 503 to everything.
Symptom: it gets many times its usual requests, and stays down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.errors import CarrierAway, CarrierBusy, CarrierUnknown
from squall_reference.resilience.deadline import Deadline
from squall_reference.services.carrier import Carrier

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-unavailable", "upstream-half-broken")
CAUGHT_BY = ("upstream-retry-storm",)

M = TypeVar("M", bound=BaseModel)


class StubbornCarrier(Carrier):
    """It never gives up."""

    async def _guarded(
        self, attempt: Callable[[], Awaitable[M]], deadline: Deadline, *_more: object
    ) -> M:
        while True:
            self._not_before = 0.0
            try:
                return await attempt()
            except (CarrierAway, CarrierBusy, CarrierUnknown):
                if deadline.remaining() < self._attempt_seconds:
                    raise
                await asyncio.sleep(0.01)


def create_app() -> FastAPI:
    """The reference app that insists."""
    return app_with_carrier(StubbornCarrier)
