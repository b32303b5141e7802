"""Units of work on the order book. A unit is what is repeated: never one statement of it.

That is why there is no session per request here: a session that outlives a failed attempt is in
a state that a repeat must not see. Each attempt takes a connection and gives it back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from squall_reference.errors import Ambiguous, InFlight, Transient
from squall_reference.orders import repository
from squall_reference.orders.model import ItemRequest, OrderRequest, Stock, StockRequest
from squall_reference.orders.repository import Created, Placed
from squall_reference.resilience import deadline as deadlines
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard
from squall_reference.resilience.timeouts import Timeouts
from squall_reference.storage.engine import TRANSACTION, connection, limit_statements
from squall_reference.storage.lease import Lease
from squall_reference.storage.translate import Commit, translate_errors

T = TypeVar("T")
Query = Callable[[AsyncConnection], Awaitable[T]]


class OrderBook:
    """What the routes use.

    Args:
        engine: in autocommit, as reads want it; writes ask for their transaction.
        guard: the policies around each unit of work.
        limits: the layers of time-outs.
    """

    def __init__(self, engine: AsyncEngine, guard: Guard, limits: Timeouts) -> None:
        self._engine = engine
        self._guard = guard
        self._limits = limits

    async def read(self, query: Query[T], deadline: Deadline, *, patient: bool = True) -> T:
        """Run a query outside of a transaction: one round trip."""
        lease = Lease(self._limits.hold)

        async def attempt() -> T:
            with translate_errors():
                async with connection(self._engine, lease) as held:
                    await self._limit(held, transaction=False)
                    return await query(held)

        return await self._guard.run(
            attempt, deadline, lease.terminate, idempotent=True, patient=patient
        )

    async def place(self, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
        """Place an order once, however often it is asked for with the same key.

        Repeating is harmless even when the last COMMIT's answer was lost: the key is looked up by
        the same statement that would insert it.
        """
        lease = Lease(self._limits.hold)
        return await self._once(lambda: self._placed(wanted, key, lease), deadline, lease)

    async def create_item(self, wanted: ItemRequest, key: str, deadline: Deadline) -> Created:
        """Add an item to the catalogue once."""
        lease = Lease(self._limits.hold)

        async def create(held: AsyncConnection) -> Created:
            return await repository.create(held, wanted, key)

        return await self._once(lambda: self._written(create, lease), deadline, lease)

    async def set_stock(self, number: int, wanted: StockRequest, deadline: Deadline) -> Stock:
        """Idempotent by itself: the second time it finds what it would write."""
        lease = Lease(self._limits.hold)

        async def change(held: AsyncConnection) -> Stock:
            return await repository.set_stock(held, number, wanted)

        return await self._once(lambda: self._written(change, lease), deadline, lease)

    async def once(self, work: Query[T], deadline: Deadline) -> T:
        """Other work in one transaction, which finds by its key that it was done."""
        lease = Lease(self._limits.hold)
        return await self._once(lambda: self._written(work, lease), deadline, lease)

    async def _placed(self, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
        return await self._written(lambda held: repository.place(held, wanted, key), lease)

    async def _once(self, work: Callable[[], Awaitable[T]], deadline: Deadline, lease: Lease) -> T:
        """Idempotent work; its own earlier attempt is not taken for another caller's."""
        failed = False

        async def attempt() -> T:
            nonlocal failed
            try:
                return await work()
            except InFlight as error:
                if failed:  # the server has not noticed yet that we gave our first attempt up
                    raise Ambiguous from error
                raise
            except (Transient, Ambiguous):
                failed = True
                raise

        return await self._guard.run(attempt, deadline, lease.terminate, idempotent=True)

    async def _written(self, work: Query[T], lease: Lease) -> T:
        """One attempt in one transaction; how far its COMMIT got decides what an error means."""
        commit = Commit()
        with translate_errors(commit):
            async with connection(self._engine, lease) as held:
                await held.execution_options(isolation_level=TRANSACTION)
                transaction = await held.begin()
                await self._limit(held, transaction=True)
                result = await work(held)
                with commit.sent():
                    await transaction.commit()
        return result

    async def _limit(self, held: AsyncConnection, *, transaction: bool) -> None:
        deadline = deadlines.current.get(None)
        if deadline is not None:
            left, default = deadline.remaining(), self._limits.statement
            await limit_statements(held, left, default, transaction=transaction)
