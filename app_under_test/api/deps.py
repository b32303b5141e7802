"""What routes depend on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app_under_test.orders.service import OrderBook
from app_under_test.resilience.deadline import Deadline, deadline_in
from app_under_test.settings import Settings


async def _book(request: Request) -> OrderBook:
    book: OrderBook = request.app.state.book
    return book


async def _deadline(request: Request) -> Deadline:
    settings: Settings = request.app.state.settings
    return deadline_in(settings.deadline_seconds)


BookDep = Annotated[OrderBook, Depends(_book)]
DeadlineDep = Annotated[Deadline, Depends(_deadline)]
