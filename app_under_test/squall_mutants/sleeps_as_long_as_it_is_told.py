"""A request sleeps for as long as the carrier asks for.

Mistake: ``Retry-After`` is kept inside of the request, whatever time its caller has.
Outage: the carrier answers 429 and asks for a pause of two seconds.
Symptom: requests are answered late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.errors import CarrierBusy
from squall_reference.resilience.deadline import Deadline
from squall_reference.services.carrier import Carrier

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-rate-limited",)
CAUGHT_BY = ("answered-in-time",)

M = TypeVar("M", bound=BaseModel)


class SleepyCarrier(Carrier):
    """It does as it is told."""

    async def _guarded(
        self, attempt: Callable[[], Awaitable[M]], _deadline: Deadline, *_more: object
    ) -> M:
        while True:
            try:
                return await attempt()
            except CarrierBusy as error:
                await asyncio.sleep(error.retry_after or 1)


def create_app() -> FastAPI:
    """The reference app that sleeps."""
    return app_with_carrier(SleepyCarrier)
