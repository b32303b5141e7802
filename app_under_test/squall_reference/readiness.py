"""Housekeeping in the background, on a connection of its own: probes never queue behind requests.

    start ─▶ tables, catalogue's copy, warm pool ─▶ started ─▶ a probe every quarter of a second
             repeated until the database is there              every 50 ms while it is out

Starting works while the database is down; the service becomes ready by itself. Whoever asks gets
the last observation at once, and an observation that is too old is none: a probe that hangs makes
the service not ready. Each probe is also evidence for the circuit breaker, so the circuit closes
without a caller's request at stake, and opens without traffic.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from squall_reference.errors import ServiceError
from squall_reference.resilience.circuit_breaker import CircuitBreaker
from squall_reference.resilience.deadline import Abandoned, deadline_in
from squall_reference.storage.engine import Database, Lease, connection
from squall_reference.storage.translate import translate_errors

WATCH_SECONDS = 0.25
RETRY_SECONDS = 0.05
FRESH_SECONDS = 3 * WATCH_SECONDS

log = structlog.get_logger("orders")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What housekeeping does; each raises when the database is not there."""

    prepare: Callable[[], Awaitable[None]]
    """Once: tables, copies, warm connections."""
    probe: Callable[[], Awaitable[None]]


class Readiness:
    """Whether the database answered lately."""

    def __init__(
        self,
        work: Work,
        breaker: CircuitBreaker,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._work = work
        self._breaker = breaker
        self._now = now
        self._sleep = sleep
        self._seen_at = -math.inf
        self._up = False
        self.started = False

    @property
    def ready(self) -> bool:
        """Whether requests can be served now."""
        return self.started and self._up and self._now() - self._seen_at < FRESH_SECONDS

    async def watch(self) -> None:
        """Probe until cancelled."""
        while True:
            up = (self.started or await self._prepared()) and await self._probed()
            if up != self._up:
                log.info("database", state="there" if up else "out of reach")
            self._up = up
            await self._sleep(WATCH_SECONDS if up else RETRY_SECONDS)

    async def _prepared(self) -> bool:
        try:
            await self._work.prepare()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next try may succeed
            log.debug("not started yet", reason=type(error).__name__)
            return False
        self.started = True
        return True

    async def _probed(self) -> bool:
        permit = self._breaker.admit()
        ok = False
        try:
            await self._work.probe()
            ok, self._seen_at = True, self._now()
        except Exception as error:  # noqa: BLE001 - any failure means not ready
            log.debug("probe failed", reason=type(error).__name__)
        finally:
            if permit is not None:
                permit.succeeded() if ok else permit.failed()
        return ok


async def select_one(connection: AsyncConnection) -> None:
    """What a probe asks: nothing that could be refused."""
    await connection.execute(text("SELECT 1"))


def probe_of(
    database: Database,
    seconds: float,
    ask: Callable[[AsyncConnection], Awaitable[None]] = select_one,
) -> Callable[[], Awaitable[None]]:
    """``ask``, in autocommit, within ``seconds``, however silent the database is."""
    abandoned = Abandoned()

    async def asked(lease: Lease) -> None:
        with translate_errors():
            async with connection(database.engine, lease) as held:
                await ask(await held.execution_options(isolation_level="AUTOCOMMIT"))

    async def probe() -> None:
        lease = Lease(seconds)
        try:
            await abandoned.run(lambda: asked(lease), deadline_in(4 * seconds), lease.terminate)
        except ServiceError:
            database.sockets.abort_idle()
            raise

    return probe
