"""An error of the carrier is remembered for half a minute.

Mistake: errors are kept where answers are, to spare the carrier.
Outage: connections to the carrier are refused.
Symptom: prices that were asked for in the outage fail long after it.
"""

from __future__ import annotations

import time

from fastapi import FastAPI
from squall_reference import main
from squall_reference.api import shipping
from squall_reference.errors import CarrierAway, CarrierBusy
from squall_reference.resilience.deadline import Deadline
from squall_reference.services.carrier import Carrier, Price

from squall_mutants.shared import replace

SET = "services"
EXPOSED_BY = ("upstream-refused", "upstream-unavailable")
CAUGHT_BY = ("recovery-time",)

KEPT_SECONDS = 30.0
failed_at: dict[int, float] = {}


async def remembered(
    number: int, carrier: Carrier, _prices: object, deadline: Deadline, *_more: object
) -> Price:
    """Once bitten."""
    if time.monotonic() - failed_at.get(number, -KEPT_SECONDS) < KEPT_SECONDS:
        raise CarrierAway
    try:
        return await carrier.price(number, deadline, patient=False)
    except (CarrierAway, CarrierBusy):
        failed_at[number] = time.monotonic()
        raise


def create_app() -> FastAPI:
    """The reference app that remembers errors."""
    replace(shipping, "_price_or_copy", remembered)
    return main.create_app()
