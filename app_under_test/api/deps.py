"""What routes depend on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request

from app_under_test.errors import MissingKey, Starting
from app_under_test.orders.model import LARGEST, Item
from app_under_test.orders.service import OrderBook
from app_under_test.readiness import Readiness
from app_under_test.resilience.deadline import Deadline, current
from app_under_test.resilience.last_known_good import LastKnownGood

Copies = LastKnownGood[list[Item]]


async def _book(request: Request) -> OrderBook:
    readiness: Readiness = request.app.state.readiness
    if not readiness.started:
        raise Starting
    book: OrderBook = request.app.state.book
    return book


async def _deadline() -> Deadline:
    return current.get()


async def _copies(request: Request) -> Copies:
    copies: Copies = request.app.state.copies
    return copies


async def _key(
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> str:
    if idempotency_key is None:
        raise MissingKey
    return idempotency_key


BookDep = Annotated[OrderBook, Depends(_book)]
DeadlineDep = Annotated[Deadline, Depends(_deadline)]
CopiesDep = Annotated[Copies, Depends(_copies)]
KeyDep = Annotated[str, Depends(_key)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
After = Annotated[int, Query(ge=0, le=LARGEST, description="Numbers above this one")]
Limit = Annotated[int, Query(ge=1, le=100)]
