"""In front of the circuit breaker: a blip is waited out, a known outage is refused at once.

    last success ──▶ circuit opens ──▶│ patience over                     │ trial succeeds
    ─────────────────┼────────────────┼───────────────────────────────────┼──────────▶
    served           │ wait for the   │ refused in microseconds           │ served
                     │ trial's result │ (the early ones may still wait)   │

A restart of the database takes half a second. A caller with a second of time prefers a wait to an
error; and a first attempt that waits is not a retry, so it costs no budget. Once nothing has
succeeded for the length of the patience, new requests are refused without a wait, and those that
wait leave when the rest of their time would be too short for the work.
"""

from __future__ import annotations

import asyncio

from squall_reference.errors import CircuitOpen
from squall_reference.resilience.circuit_breaker import CircuitBreaker, Permit, State
from squall_reference.resilience.deadline import Deadline


class WaitingRoom:
    """Admission to the database.

    Args:
        patience: seconds without any success after which an outage is known.
        places: how many may wait.
        work_seconds: time that must be left for the work itself.
    """

    def __init__(
        self, breaker: CircuitBreaker, *, patience: float, places: int, work_seconds: float
    ) -> None:
        self.breaker = breaker
        self._patience = patience
        self._places = places
        self._work_seconds = work_seconds
        self._changed = asyncio.Event()
        self.waiting = 0
        self.refused = 0
        breaker.on_change(self._wake)

    @property
    def outage_known(self) -> bool:
        """Whether newcomers are refused without a wait."""
        if self.breaker.state is State.CLOSED:
            return False
        return self.breaker.silent_seconds() >= self._patience

    async def enter(self, deadline: Deadline, *, patient: bool = True) -> Permit:
        """A permit of the breaker.

        Raises:
            CircuitOpen: the outage is known, waiting is over, or time is too short.
        """
        permit = self.breaker.admit()
        if permit is not None:
            return permit
        if not patient or self.outage_known or self.waiting >= self._places:
            self.refused += 1
            raise CircuitOpen
        self.waiting += 1
        try:
            return await self._admitted(deadline)
        finally:
            self.waiting -= 1

    async def _admitted(self, deadline: Deadline) -> Permit:
        while True:
            left = deadline.remaining() - self._work_seconds
            if left <= 0:
                self.refused += 1
                raise CircuitOpen
            permit = self.breaker.admit()
            if permit is not None:
                return permit
            await self._change(min(left, self.breaker.trial_in() or left))

    async def _change(self, seconds: float) -> None:
        """Wait for another state of the circuit, or for the time of its next trial."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _wake(self, _state: State) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
