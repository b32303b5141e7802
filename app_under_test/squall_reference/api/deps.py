"""What routes depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request

from squall_reference.errors import MissingKey, Starting
from squall_reference.orders.model import LARGEST, Item
from squall_reference.orders.service import OrderBook
from squall_reference.readiness import Readiness
from squall_reference.resilience.deadline import Deadline, current
from squall_reference.resilience.last_known_good import LastKnownGood
from squall_reference.services.item_cache import Cache

Copies = LastKnownGood[list[Item]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a request is served: one dependency, because each costs a request its time."""

    book: OrderBook
    copies: Copies
    deadline: Deadline
    cache: Cache


async def _desk(request: Request) -> Desk:
    state = request.app.state
    readiness: Readiness = state.readiness
    if not readiness.started:
        raise Starting
    return Desk(state.book, state.copies, current.get(), state.cache)


async def _key(
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> str:
    if idempotency_key is None:
        raise MissingKey
    return idempotency_key


DeskDep = Annotated[Desk, Depends(_desk)]
KeyDep = Annotated[str, Depends(_key)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
After = Annotated[int, Query(ge=0, le=LARGEST, description="Numbers above this one")]
Limit = Annotated[int, Query(ge=1, le=100)]
