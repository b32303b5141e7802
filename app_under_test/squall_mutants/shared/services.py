"""How a mutant replaces the cache, the carrier, a route that uses them, or the worker's batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main, worker
from squall_reference.api import shipping
from squall_reference.services import carrier, item_cache, parcels
from squall_reference.services.carrier import Carrier
from squall_reference.services.item_cache import ItemCache

from squall_mutants.shared import replace

Batch = Callable[[AsyncConnection, int], Awaitable[int]]
WORK_SECONDS = 0.15
"""What it takes to send notices, so that a fault meets a batch in the middle."""


def app_with_cache(
    made: type[ItemCache], *, client: Callable[[str, float], Any] | None = None
) -> FastAPI:
    """The reference app with another cache, or another client of Redis."""
    replace(item_cache, "ItemCache", made)
    if client is not None:
        replace(item_cache, "client", client)
    return main.create_app()


def app_with_carrier(made: type[Carrier], *, seconds: float | None = -1.0) -> FastAPI:
    """The reference app with another carrier, and other seconds for each read."""
    replace(carrier, "Carrier", made)
    if seconds != -1.0:
        careful = carrier.client
        replace(carrier, "client", lambda url, _: careful(url, seconds))  # type: ignore[arg-type] # None: for ever
    return main.create_app()


def app_with_route(
    method: str, path: str, endpoint: Callable[..., Awaitable[Any]], status: int = 200
) -> FastAPI:
    """The reference app with another route in the place of one that needs the carrier."""
    router = APIRouter()
    router.add_api_route(path, endpoint, methods=[method], status_code=status)
    router.include_router(shipping.router)  # the first one that fits is taken
    replace(shipping, "router", router)
    return main.create_app()


def work(batch: Batch) -> None:
    """The worker of the reference app with another batch, until a signal ends it."""
    replace(parcels, "announce", batch)
    asyncio.run(worker.main())
