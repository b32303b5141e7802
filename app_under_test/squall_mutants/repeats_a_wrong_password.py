"""A login that was refused is repeated at once.

Mistake: a loop around ``connect`` that does not look at the error.
Outage: the app's password was changed.
Symptom: hundreds of failed logins a second: accounts are locked, logs are full.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Misconfigured
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("password-changed",)
CAUGHT_BY = ("retry-storm",)
SET = "second"

TIMES = 10

careful = OrderBook.read


async def read(self: OrderBook, query: Query[T], deadline: Deadline, *, patient: bool = True) -> T:
    """The reference's read, again and again."""
    for _ in range(TIMES):
        try:
            return await careful(self, query, deadline, patient=patient)
        except Misconfigured:
            continue
    return await careful(self, query, deadline, patient=patient)


def create_app() -> FastAPI:
    """The reference app that knocks."""
    replace(OrderBook, "read", read)
    return main.create_app()
