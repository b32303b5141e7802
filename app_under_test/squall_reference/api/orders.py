"""Routes of orders."""

from __future__ import annotations

from fastapi import APIRouter, Response

from squall_reference.api.deps import After, DeskDep, KeyDep, Limit, Number
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.problems import documented

router = APIRouter(tags=["orders"])

REPLAYED = "Idempotency-Replayed"


@router.get("/orders", responses=documented(400, 422))
async def list_orders(desk: DeskDep, after: After = 0, limit: Limit = 20) -> list[Order]:
    """Orders by their numbers."""
    return await desk.book.read(lambda held: repository.orders(held, after, limit), desk.deadline)


@router.get("/orders/{number}", responses=documented(400, 404, 422))
async def read_order(number: Number, desk: DeskDep) -> Order:
    """One order."""
    return await desk.book.read(lambda held: repository.order(held, number), desk.deadline)


@router.post("/orders", status_code=201, responses=documented(400, 404, 409, 422))
async def place_order(
    wanted: OrderRequest, key: KeyDep, desk: DeskDep, response: Response
) -> Order:
    """Place an order; the same key places it once, however often it is sent."""
    async with desk.cache.changing(wanted.item_id):
        placed = await desk.book.place(wanted, key, desk.deadline)
    if placed.replayed:
        response.headers[REPLAYED] = "true"
    return placed.order
