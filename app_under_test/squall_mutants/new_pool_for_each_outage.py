"""After an outage a new engine is made, and the old one stays open.

Mistake: "reconnect" is ``create_engine`` once more, without ``dispose``.
Outage: a pooler without a server keeps the app's connections, three times.
Symptom: each outage leaves a pool full of sessions, until the server has none left.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from squall_reference import main
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.circuit_breaker import State
from squall_reference.resilience.guard import Guard
from squall_reference.resilience.timeouts import Timeouts
from squall_reference.settings import Settings
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("pooler-without-servers",)
CAUGHT_BY = ("capacity-returns",)
SET = "second"

KEPT: list[object] = []


def book(engine: AsyncEngine, guard: Guard, limits: Timeouts) -> OrderBook:
    """The reference's, with a new engine whenever the circuit closes."""
    made = OrderBook(engine, guard, limits)

    def again(state: State) -> None:
        if state is State.CLOSED:
            settings = Settings()  # type: ignore[call-arg] # the environment supplies them
            KEPT.append(made._engine)
            made._engine = Database(settings, isolation="AUTOCOMMIT").engine

    guard.room.breaker.on_change(again)
    return made


def create_app() -> FastAPI:
    """The reference app with many pools."""
    replace(main, "OrderBook", book)
    return main.create_app()
