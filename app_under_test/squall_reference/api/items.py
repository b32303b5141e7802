"""Routes of items and their stock. The catalogue is what may be read from a copy in an outage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from squall_reference.api.deps import After, Copies, Desk, DeskDep, KeyDep, Limit, Number
from squall_reference.api.orders import REPLAYED
from squall_reference.errors import DeadlineExceeded, Transient
from squall_reference.orders import repository
from squall_reference.orders.model import Item, ItemRequest, Stock, StockRequest
from squall_reference.problems import documented

router = APIRouter(tags=["items"])

AGE = "Age"


@router.get("/items", responses=documented(400, 422))
async def list_items(
    desk: DeskDep,
    response: Response,
    after: After = 0,
    limit: Limit = 20,
) -> list[Item]:
    """The catalogue, by the items' numbers; from the last copy while the database is out."""

    async def query(held: AsyncConnection) -> list[Item]:
        return await repository.items(held, after, limit)

    return await _or_copy(f"{after}+{limit}", query, desk, response)


@router.get("/items/{number}", responses=documented(400, 404, 422))
async def read_item(number: Number, desk: DeskDep, response: Response) -> Item:
    """One item; from the last copy while the database is out."""

    async def query(held: AsyncConnection) -> list[Item]:
        return [await repository.item(held, number)]

    cached = await desk.cache.get(number)
    if cached is not None:
        return cached
    (item,) = await _or_copy(str(number), query, desk, response)
    if AGE not in response.headers:  # a copy from an outage is nothing to keep
        await desk.cache.put(item)
    return item


@router.post("/items", status_code=201, responses=documented(400, 409, 422))
async def create_item(wanted: ItemRequest, key: KeyDep, desk: DeskDep, response: Response) -> Item:
    """Add an item to the catalogue."""
    created = await desk.book.create_item(wanted, key, desk.deadline)
    if created.replayed:
        response.headers[REPLAYED] = "true"
    return created.item


@router.get("/items/{number}/stock", responses=documented(400, 404, 422))
async def read_stock(number: Number, desk: DeskDep) -> Stock:
    """How many are left: never from a copy."""
    item = await desk.book.read(lambda held: repository.item(held, number), desk.deadline)
    return Stock(item_id=item.id, stock=item.stock)


@router.put("/items/{number}/stock", responses=documented(400, 404, 422))
async def set_stock(number: Number, wanted: StockRequest, desk: DeskDep) -> Stock:
    """What a count of the shelves found."""
    async with desk.cache.changing(number):
        return await desk.book.set_stock(number, wanted, desk.deadline)


async def _or_copy(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    try:
        items = await desk.book.read(query, desk.deadline, patient=not desk.copies.has(key))
    except (Transient, DeadlineExceeded):
        copy = await desk.copies.recall(key)
        if copy is None:
            raise
        response.headers.update(copy.headers)
        return copy.value
    await desk.copies.keep(key, items)
    return items


async def fill(engine_read: Callable[[], Awaitable[list[Item]]], copies: Copies) -> None:
    """Copy the catalogue's first page before the first outage, item by item."""
    for item in await engine_read():
        await copies.keep(str(item.id), [item])
