"""A cache of items in Redis: a convenience, which never decides whether a request is served.

    read    GET item ─ hit ──────────────────────────────▶ answer
                     └ miss, or away ─▶ database ─▶ answer, and SET … NX PX
    write   COMMIT ─▶ SET item "" PX (a tombstone) ─▶ answer

A reader that asked the database before the COMMIT may come with the old item after it; ``NX`` finds
the tombstone, which outlives every request. What cannot be removed lives for ``KEPT_SECONDS`` at
most, and for as long this process does not read the cache. Several limits keep it a convenience:
each command has a tenth of a request's time, the client repeats nothing by itself (by default it
does, with pauses of seconds), and a circuit breaker spares callers a wait that is known to be vain.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from squall_reference.orders.model import Item
from squall_reference.resilience.circuit_breaker import CircuitBreaker
from squall_reference.resilience.deadline import current

if TYPE_CHECKING:
    from redis.asyncio import Redis

KEPT_SECONDS = 5.0
SHARE = 0.1
"""Of a request's time, for each command."""
MOST_CONNECTIONS = 20
OPEN_SECONDS = 0.2
GONE = b""
"""A tombstone."""

Ask = Callable[[], Awaitable[Any]]


class NoCache:
    """There is no Redis."""

    async def get(self, _number: int) -> Item | None:
        """Nothing is known."""
        return None

    async def put(self, _item: Item) -> None:
        """Nothing is kept."""

    @asynccontextmanager
    async def changing(self, _number: int) -> AsyncIterator[None]:
        """Nothing is there to be removed."""
        yield

    async def close(self) -> None:
        """Nothing is open."""


class Away(Exception):
    """Redis did not answer, or not with what was asked for."""


class ItemCache:
    """See the module.

    Args:
        redis: a client that repeats nothing by itself.
        deadline_seconds: the most that a request may take.
        now: the clock, in seconds.
    """

    def __init__(self, redis: Redis, deadline_seconds: float, now: Callable[[], float]) -> None:
        self._redis = redis
        self._seconds = SHARE * deadline_seconds
        self._grave_ms = int(2000 * deadline_seconds)
        self._now = now
        self._breaker = CircuitBreaker(now, open_seconds=OPEN_SECONDS)
        self._distrusted_until = 0.0
        self._removing: set[asyncio.Task[bool]] = set()

    async def get(self, number: int) -> Item | None:
        """The item; None when it is not there, or cannot be relied on."""
        if self._now() < self._distrusted_until:
            return None
        try:
            found = await self._asked(lambda: self._redis.get(_key(number)))
            return Item.model_validate_json(found) if found else None
        except (Away, ValidationError):  # what another version has written is a miss
            return None

    async def put(self, item: Item) -> None:
        """Keep it, unless it has changed meanwhile."""
        kept, value = int(KEPT_SECONDS * 1000), item.model_dump_json()
        try:
            await self._asked(lambda: self._redis.set(_key(item.id), value, px=kept, nx=True))
        except Away:
            return

    @asynccontextmanager
    async def changing(self, number: int) -> AsyncIterator[None]:
        """Also after an error: a write whose outcome is unknown may have happened."""
        try:
            yield
        finally:
            await self._remove(number)

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    async def _remove(self, number: int) -> None:
        """In a task of its own, because it must be done for a caller that has left, too."""
        task = asyncio.ensure_future(self._removed(number))
        self._removing.add(task)
        task.add_done_callback(self._removing.discard)
        deadline = current.get(None)
        left = self._seconds if deadline is None else max(0.0, deadline.remaining())
        await asyncio.wait({task}, timeout=min(self._seconds, left))
        if not task.done():
            self._distrust()

    async def _removed(self, number: int) -> bool:
        try:
            await self._asked(lambda: self._redis.set(_key(number), GONE, px=self._grave_ms))
        except Away:
            self._distrust()
            return False
        return True

    def _distrust(self) -> None:
        """Something old may be in there: until it has expired, nothing of it is used."""
        self._distrusted_until = self._now() + KEPT_SECONDS

    async def _asked(self, ask: Ask) -> Any:  # noqa: ANN401 - what a command returns
        permit = self._breaker.admit()
        if permit is None:
            raise Away
        try:
            async with asyncio.timeout(self._seconds):
                answer = await ask()
        except _errors() as error:
            permit.failed()
            raise Away from error
        else:
            permit.succeeded()
            return answer
        finally:
            permit.dropped()


Cache = ItemCache | NoCache


def _errors() -> tuple[type[Exception], ...]:
    from redis.exceptions import RedisError  # noqa: PLC0415 - an optional extra

    # uvloop has a RuntimeError for a write to a connection that was reset a moment before.
    return (RedisError, OSError, TimeoutError, RuntimeError)


def _key(number: int) -> str:
    return f"orders:item:{number}"


def client(url: str, seconds: float) -> Redis:
    """A bounded pool; each wait has its limit, and nothing is repeated."""
    from redis.asyncio import Redis  # noqa: PLC0415 - an optional extra
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    return Redis.from_url(
        url,
        max_connections=MOST_CONNECTIONS,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )


def connect(url: str, deadline_seconds: float, now: Callable[[], float]) -> ItemCache:
    """A cache at this address; nothing is connected yet."""
    return ItemCache(client(url, SHARE * deadline_seconds), deadline_seconds, now)
