"""The application: ``uvicorn squall_reference.main:create_app --factory``.

Nothing is connected, and nothing is global: a second call of ``create_app`` makes a second service.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from aiocache import SimpleMemoryCache
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from squall_reference import problems
from squall_reference.api import health, items, orders, shipping
from squall_reference.api.deps import Copies
from squall_reference.observability import logs
from squall_reference.observability.context import RequestContext
from squall_reference.observability.metrics import Metrics
from squall_reference.orders import repository
from squall_reference.orders.model import Item
from squall_reference.orders.service import OrderBook
from squall_reference.readiness import Readiness, Work, probe_of
from squall_reference.resilience.bulkhead import Bulkhead
from squall_reference.resilience.circuit_breaker import CircuitBreaker, State
from squall_reference.resilience.guard import Guard
from squall_reference.resilience.last_known_good import LastKnownGood
from squall_reference.resilience.retry import RetryPolicy
from squall_reference.resilience.waiting_room import WaitingRoom
from squall_reference.services import carrier, item_cache, parcels
from squall_reference.settings import Settings
from squall_reference.storage import migrate, slow_queries
from squall_reference.storage.engine import Database

CATALOGUE_PAGE = 100


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service with its own settings, or those of the environment."""
    chosen = settings or Settings()  # type: ignore[call-arg] # the environment supplies them
    logs.configure(chosen.log_level)
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        requests = Database(chosen, isolation="AUTOCOMMIT")
        housekeeping = Database(chosen, size=1)
        readiness = _assemble(app, chosen, requests, housekeeping)
        watching = asyncio.create_task(readiness.watch())
        # What was imported stays: a full collection that walks it stops every request for long.
        gc.freeze()
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            seconds = chosen.deadline_seconds
            await asyncio.gather(requests.dispose(seconds), housekeeping.dispose(seconds))
            await _close(app)

    app = FastAPI(title="Orders", version="1.0.0", lifespan=lifespan)
    app.state.settings, app.state.metrics = chosen, metrics
    app.add_middleware(
        RequestContext,
        deadline_seconds=chosen.deadline_seconds,
        # At work, in the queue for a place, and in the waiting room.
        most_in_flight=chosen.pool_size + 2 * chosen.queue_size,
        metrics=metrics,
    )
    problems.install(app)
    for router in (items.router, orders.router, health.router):
        app.include_router(router)
    if chosen.carrier_url is not None:
        app.include_router(shipping.router)
    return app


def _assemble(
    app: FastAPI, settings: Settings, requests: Database, housekeeping: Database
) -> Readiness:
    """Put the parts together; the app's state holds what routes need."""
    now = asyncio.get_running_loop().time
    guard = _guard(settings, requests)
    copies: Copies = LastKnownGood(
        SimpleMemoryCache(timeout=0), max_age=settings.stale_seconds, now=now
    )

    async def prepare() -> None:
        await migrate.ensure(housekeeping, settings)
        if settings.carrier_url is not None:
            async with housekeeping.engine.connect() as held:
                await parcels.ensure(held)
        await items.fill(lambda: _first_page(housekeeping.engine), copies)
        await requests.warm()

    probe = probe_of(housekeeping, settings.timeouts.connect)
    readiness = Readiness(Work(prepare=prepare, probe=probe), guard.room.breaker, now)
    app.state.book = OrderBook(requests.engine, guard, settings.timeouts)
    app.state.copies, app.state.readiness = copies, readiness
    _connect_services(app, settings)
    _observe(app, settings, requests, guard)
    return readiness


def _connect_services(app: FastAPI, settings: Settings) -> None:
    """What has an address; nothing is connected before it is needed."""
    now, state = asyncio.get_running_loop().time, app.state
    state.cache, state.carrier = item_cache.NoCache(), None
    if settings.redis_url is not None:
        state.cache = item_cache.connect(str(settings.redis_url), settings.deadline_seconds, now)
    if settings.carrier_url is not None:
        state.carrier = carrier.connect(str(settings.carrier_url), settings.timeouts, now)
        state.prices = shipping.keep_prices(settings.stale_seconds, now)


async def _close(app: FastAPI) -> None:
    for service in (app.state.cache, app.state.carrier):
        if service is not None:
            with suppress(Exception):
                async with asyncio.timeout(app.state.settings.deadline_seconds):
                    await service.close()


def _guard(settings: Settings, requests: Database) -> Guard:
    limits = settings.timeouts
    breaker = CircuitBreaker(asyncio.get_running_loop().time)
    bulkhead = Bulkhead(
        running=settings.pool_size, queued=settings.queue_size, wait_seconds=limits.pool_wait
    )

    def changed(state: State) -> None:
        if state is State.OPEN:
            requests.sockets.abort_idle()
            bulkhead.narrow()

    breaker.on_change(changed)
    return Guard(
        retry=replace(RetryPolicy(), least_work=limits.least_work),
        room=WaitingRoom(
            breaker,
            patience=limits.command,
            places=settings.queue_size,
            work_seconds=limits.statement / 2,
        ),
        bulkhead=bulkhead,
    )


def _observe(app: FastAPI, settings: Settings, requests: Database, guard: Guard) -> None:
    metrics: Metrics = app.state.metrics
    metrics.watch(requests.engine, guard, app.state.copies)
    slow_queries.watch(requests.engine, settings.slow_query_seconds, metrics.queried)
    if settings.tracing:
        from squall_reference.observability import tracing  # noqa: PLC0415 - an optional extra

        tracing.install(app, requests.engine)


async def _first_page(engine: AsyncEngine) -> list[Item]:
    async with engine.connect() as held:
        return await repository.items(held, 0, CATALOGUE_PAGE)
