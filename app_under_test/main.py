"""The application: ``uvicorn app_under_test.main:create_app --factory``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from app_under_test import problems
from app_under_test.api import health, orders
from app_under_test.orders.service import OrderBook
from app_under_test.readiness import Readiness
from app_under_test.resilience.retry import RetryPolicy
from app_under_test.settings import Settings
from app_under_test.storage.engine import dispose, make_engine

CLOSE_SECONDS = 2.0


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service with its own settings, or those of the environment."""
    chosen = settings or Settings()  # type: ignore[call-arg] # the environment supplies them

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = make_engine(chosen)
        readiness = Readiness(engine, chosen)
        app.state.settings = chosen
        app.state.book = OrderBook(engine, RetryPolicy())
        app.state.readiness = readiness
        watching = asyncio.create_task(readiness.watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await dispose(engine, CLOSE_SECONDS)

    app = FastAPI(title="Orders", version="1.0.0", lifespan=lifespan)
    problems.install(app)
    app.include_router(orders.router)
    app.include_router(health.router)
    return app
