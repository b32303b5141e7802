"""A price that is not known is the usual one.

Mistake: an error of the carrier has a default.
Outage: connections to the carrier are refused.
Symptom: all items have one price, and are sold for it.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.api import shipping
from squall_reference.errors import CarrierAway, CarrierBusy
from squall_reference.resilience.deadline import Deadline
from squall_reference.services.carrier import Carrier, Price

from squall_mutants.shared import replace

SET = "services"
EXPOSED_BY = ("upstream-refused", "upstream-unavailable")
CAUGHT_BY = ("answer-unlike-calm",)


async def default(
    number: int, carrier: Carrier, _prices: object, deadline: Deadline, *_more: object
) -> Price:
    """Most things cost that."""
    try:
        return await carrier.price(number, deadline, patient=False)
    except (CarrierAway, CarrierBusy):
        return Price(price=1250, currency="EUR")


def create_app() -> FastAPI:
    """The reference app with a default price."""
    replace(shipping, "_price_or_copy", default)
    return main.create_app()
