"""How the policies are nested around one unit of work; the order is the design.

deadline ─ retry ─ waiting room and breaker ─ bulkhead ─ the attempt

deadline       outermost: the caller is answered in time, whatever happens inside
retry          around the breaker: a repeat, too, must be admitted
waiting room   before the bulkhead: a request that waits for the database takes no place
bulkhead       innermost: a place is held only while the database is being asked
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from squall_reference.errors import Ambiguous, Overloaded, ServiceError, Unreachable
from squall_reference.resilience.bulkhead import Bulkhead
from squall_reference.resilience.circuit_breaker import Permit
from squall_reference.resilience.deadline import Abandoned, Deadline
from squall_reference.resilience.retry import RetryPolicy
from squall_reference.resilience.waiting_room import WaitingRoom

T = TypeVar("T")


class _CircuitChanged(Exception):
    """The permit was for another state of the circuit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """All policies of a process."""

    retry: RetryPolicy
    room: WaitingRoom
    bulkhead: Bulkhead
    abandoned: Abandoned = field(default_factory=Abandoned)

    async def run(
        self,
        attempt: Callable[[], Awaitable[T]],
        deadline: Deadline,
        terminate: Callable[[], None],
        *,
        idempotent: bool,
        patient: bool = True,
    ) -> T:
        """The result of ``attempt``, or a ServiceError by the deadline.

        Args:
            attempt: asks the database; may be called several times, one after another.
            deadline: when the caller must have its answer.
            terminate: cuts whatever the attempt waits for.
            idempotent: whether an attempt with an unknown outcome may be repeated.
            patient: whether to wait for the end of a blip; not if there is another answer to give.
        """

        async def admitted() -> T:
            while True:
                permit = await self.room.enter(deadline, patient=patient)
                try:
                    return await self._placed(attempt, deadline, permit)
                except _CircuitChanged:
                    continue  # while it waited for its place; the database was not asked
                except Unreachable:
                    if not permit.trial:
                        raise  # a trial was the circuit's attempt, and costs the caller no repeat

        async def repeated() -> T:
            return await self.retry.run(admitted, deadline, idempotent=idempotent)

        return await self.abandoned.run(repeated, deadline, terminate)

    async def _placed(
        self, attempt: Callable[[], Awaitable[T]], deadline: Deadline, permit: Permit
    ) -> T:
        """One attempt, and what it says about the database."""
        try:
            async with self.bulkhead.place(deadline):
                if permit.stale:
                    raise _CircuitChanged
                result = await attempt()
        except Overloaded:
            raise
        except (Unreachable, Ambiguous):
            if deadline.remaining() > 0:  # else the cut was ours
                permit.failed()
            raise
        except ServiceError:
            permit.succeeded()  # an answer that we do not like is an answer
            raise
        else:
            permit.succeeded()
            return result
        finally:
            permit.dropped()
