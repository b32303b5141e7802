"""The parcel is stored before the carrier has taken it.

Mistake: the row comes first, in a transaction of its own, and stays when the carrier refuses.
Outage: the carrier answers 503 to everything.
Symptom: 503, "nothing was changed", and the parcel is there, with its notice.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.api.deps import DeskDep, KeyDep
from squall_reference.api.shipping import CarrierDep
from squall_reference.orders.model import OrderRequest
from squall_reference.services import parcels
from squall_reference.services.parcels import Parcel

from squall_mutants.shared.services import app_with_route

SET = "services"
EXPOSED_BY = ("upstream-unavailable", "upstream-rejects-our-key")
CAUGHT_BY = ("refused-write-absent",)

LABEL = text("UPDATE parcels SET label = :label WHERE id = :id")


async def send_parcel(
    wanted: OrderRequest, key: KeyDep, desk: DeskDep, carrier: CarrierDep
) -> Parcel:
    """First we write it down."""

    async def store(held: AsyncConnection) -> parcels.Sent:
        return await parcels.send(held, wanted, "to come", key)

    parcel = (await desk.book.once(store, desk.deadline)).parcel
    label = (await carrier.send(wanted.model_dump(), key, desk.deadline)).label

    async def complete(held: AsyncConnection) -> None:
        await held.execute(LABEL, {"label": label, "id": parcel.id})

    await desk.book.once(complete, desk.deadline)
    return parcel.model_copy(update={"label": label})


def create_app() -> FastAPI:
    """The reference app that is sure of its carrier."""
    return app_with_route("POST", "/parcels", send_parcel, 201)
