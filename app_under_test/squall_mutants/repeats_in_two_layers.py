"""The service repeats what fails, and so does each caller of it.

Mistake: a decorator that repeats five times on the method that repeats already.
Outage: statements fail: cancelled, a full disk, 40001.
Symptom: each refused request costs the database five requests or more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Transient
from squall_reference.orders.service import OrderBook

from squall_mutants.shared import replace

EXPOSED_BY = (
    "disk-full",
    "statements-cancelled",
    "hot-row",
    "serialization-failures",
    "any-statement-cancelled",
)
SET = "fourteenth"

ATTEMPTS = 5
T = TypeVar("T")


def repeating(method: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """The method, five times at most."""

    async def repeated(*arguments: Any, **named: Any) -> T:  # noqa: ANN401 - the method's
        for _ in range(ATTEMPTS - 1):
            try:
                return await method(*arguments, **named)
            except Transient:
                continue
        return await method(*arguments, **named)

    return repeated


def create_app() -> FastAPI:
    """The reference app with another layer of repeats."""
    replace(OrderBook, "read", repeating(OrderBook.read))
    replace(OrderBook, "place", repeating(OrderBook.place))
    return main.create_app()
