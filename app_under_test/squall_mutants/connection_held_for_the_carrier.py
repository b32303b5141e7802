"""A connection to the database is held while the carrier is asked.

Mistake: a session for each request, open until its answer, and no limit on the question.
Outage: the carrier is silent.
Symptom: all connections wait for the carrier, and with them everybody who needs the database.
"""

from __future__ import annotations

from fastapi import FastAPI, Response
from squall_reference.api import shipping
from squall_reference.api.deps import DeskDep, Number
from squall_reference.api.shipping import CarrierDep, Offer, PricesDep
from squall_reference.orders import repository
from squall_reference.storage.engine import TRANSACTION

from squall_mutants.shared.services import app_with_carrier, app_with_route
from squall_mutants.waits_for_the_carrier import PatientCarrier

SET = "services"
EXPOSED_BY = ("upstream-silent", "upstream-unreachable")


async def read_offer(
    number: Number, desk: DeskDep, carrier: CarrierDep, prices: PricesDep, response: Response
) -> Offer:
    """In one session."""
    async with desk.book._engine.connect() as held:
        await held.execution_options(isolation_level=TRANSACTION)
        async with held.begin():
            item = await repository.item(held, number)
            price = await shipping._price_or_copy(number, carrier, prices, desk.deadline, response)
    return Offer(**item.model_dump(), **price.model_dump())


def create_app() -> FastAPI:
    """The reference app whose pool waits for its carrier."""
    app_with_carrier(PatientCarrier, seconds=None)
    return app_with_route("GET", "/items/{number}/offer", read_offer)
