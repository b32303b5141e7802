"""Routes of offers and parcels: what needs the carrier. They are there when its address is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from aiocache import SimpleMemoryCache
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from squall_reference.api.deps import DeskDep, KeyDep, Number
from squall_reference.api.orders import REPLAYED
from squall_reference.errors import CarrierAway, CarrierBusy, CarrierRefused
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.problems import documented
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.last_known_good import LastKnownGood
from squall_reference.services import parcels
from squall_reference.services.carrier import Carrier, Price
from squall_reference.services.parcels import Parcel

router = APIRouter(tags=["shipping"])

Prices = LastKnownGood[Price]


class Offer(BaseModel):
    """An item, and what it costs to have it brought."""

    id: int
    name: str
    stock: int
    price: int
    currency: str


def keep_prices(stale_seconds: float, now: Callable[[], float]) -> Prices:
    """Copies of prices, for when the carrier is away."""
    cache = SimpleMemoryCache(timeout=0)
    return LastKnownGood(cache, max_age=stale_seconds, now=now, source="carrier")


async def _carrier(request: Request) -> Carrier:
    found: Carrier = request.app.state.carrier
    return found


async def _prices(request: Request) -> Prices:
    found: Prices = request.app.state.prices
    return found


CarrierDep = Annotated[Carrier, Depends(_carrier)]
PricesDep = Annotated[Prices, Depends(_prices)]


@router.get("/items/{number}/offer", responses=documented(400, 404, 422))
async def read_offer(
    number: Number, desk: DeskDep, carrier: CarrierDep, prices: PricesDep, response: Response
) -> Offer:
    """An item with its price; from the last known one, marked, while the carrier is away.

    The database's connection is given back before the carrier is asked.
    """
    item = await desk.book.read(lambda held: repository.item(held, number), desk.deadline)
    price = await _price_or_copy(number, carrier, prices, desk.deadline, response)
    return Offer(**item.model_dump(), **price.model_dump())


@router.post("/parcels", status_code=201, responses=documented(400, 404, 409, 422))
async def send_parcel(
    wanted: OrderRequest, key: KeyDep, desk: DeskDep, carrier: CarrierDep, response: Response
) -> Parcel:
    """Have an item fetched; the same key does it once, here and at the carrier.

    First the carrier, then our own row: what is refused is not stored, and a repeat of what was
    interrupted in between finds its label.
    """
    await desk.book.read(lambda held: repository.item(held, wanted.item_id), desk.deadline)
    label = (await carrier.send(wanted.model_dump(), key, desk.deadline)).label

    async def store(held: AsyncConnection) -> parcels.Sent:
        return await parcels.send(held, wanted, label, key)

    sent = await desk.book.once(store, desk.deadline)
    if sent.replayed:
        response.headers[REPLAYED] = "true"
    return sent.parcel


@router.get("/parcels/{number}", responses=documented(400, 404, 422))
async def read_parcel(number: Number, desk: DeskDep) -> Parcel:
    """One parcel."""
    return await desk.book.read(lambda held: parcels.parcel(held, number), desk.deadline)


async def _price_or_copy(
    number: int, carrier: Carrier, prices: Prices, deadline: Deadline, response: Response
) -> Price:
    key = str(number)
    try:
        price = await carrier.price(number, deadline, patient=not prices.has(key))
    except (CarrierAway, CarrierBusy, CarrierRefused):
        copy = await prices.recall(key)
        if copy is None:
            raise
        response.headers.update(copy.headers)
        return copy.value
    await prices.keep(key, price)
    return price
