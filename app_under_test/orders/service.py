"""Units of work on the order book: within the deadline, repeated where that is harmless."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app_under_test.errors import Ambiguous
from app_under_test.orders import repository
from app_under_test.orders.model import OrderRequest
from app_under_test.orders.repository import Placed
from app_under_test.resilience.deadline import Abandoned, Deadline
from app_under_test.resilience.retry import RetryPolicy
from app_under_test.storage.engine import Lease, connection
from app_under_test.storage.translate import Commit, translated

T = TypeVar("T")


class OrderBook:
    """What the routes use."""

    def __init__(self, engine: AsyncEngine, retry: RetryPolicy) -> None:
        self._engine = engine
        self._retry = retry
        self._abandoned = Abandoned()

    async def read(self, query: Callable[[AsyncConnection], Awaitable[T]], deadline: Deadline) -> T:
        """Run a query outside of a transaction: one round trip."""
        lease = Lease()

        async def attempt() -> T:
            with translated():
                async with connection(self._engine, lease) as held:
                    plain = await held.execution_options(isolation_level="AUTOCOMMIT")
                    return await query(plain)

        return await self._bounded(attempt, deadline, lease, idempotent=True)

    async def place(self, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
        """Place an order once, however often it is asked for with the same key.

        Repeating is harmless even when the last COMMIT's answer was lost: the key is looked up by
        the same statement that would insert it.
        """
        lease = Lease()

        async def attempt() -> Placed:
            return await self._placed(wanted, key, lease)

        return await self._bounded(attempt, deadline, lease, idempotent=True)

    async def _placed(self, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
        commit = Commit()
        try:
            with translated():
                async with connection(self._engine, lease) as held:
                    transaction = await held.begin()
                    placed = await repository.place(held, wanted, key)
                    with commit.sent():
                        await transaction.commit()
        except Exception as error:
            # Leaving the block with a dead connection raises once more and hides the first error:
            # what may be said depends on how far the commit got, not on the error.
            if commit.doubtful:
                raise Ambiguous from error
            if not commit.done:
                raise
        return placed

    async def _bounded(
        self,
        attempt: Callable[[], Awaitable[T]],
        deadline: Deadline,
        lease: Lease,
        *,
        idempotent: bool,
    ) -> T:
        async def retried() -> T:
            return await self._retry.run(attempt, deadline, idempotent=idempotent)

        return await self._abandoned.run(retried, deadline, lease.terminate)
