"""Routes of items and orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response

from app_under_test.api.deps import BookDep, DeadlineDep
from app_under_test.errors import MissingKey
from app_under_test.orders import repository
from app_under_test.orders.model import Item, Order, OrderRequest

router = APIRouter()

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/items")
async def list_items(
    book: BookDep, deadline: DeadlineDep, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[Item]:
    """The catalogue."""
    return await book.read(lambda connection: repository.items(connection, limit), deadline)


@router.get("/items/{number}")
async def read_item(number: Number, book: BookDep, deadline: DeadlineDep) -> Item:
    """One item."""
    return await book.read(lambda connection: repository.item(connection, number), deadline)


@router.get("/orders/{number}")
async def read_order(number: Number, book: BookDep, deadline: DeadlineDep) -> Order:
    """One order."""
    return await book.read(lambda connection: repository.order(connection, number), deadline)


@router.post("/orders", status_code=201)
async def place_order(
    wanted: OrderRequest,
    book: BookDep,
    deadline: DeadlineDep,
    response: Response,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> Order:
    """Place an order; the same key places it once, however often it is sent."""
    if not idempotency_key:
        raise MissingKey
    placed = await book.place(wanted, idempotency_key, deadline)
    if placed.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return placed.order
