"""Repeat a unit of work only when that is harmless, and only while there is time and budget.

``Transient`` means that nothing happened. ``Ambiguous`` means that the work may be done: only
idempotent work repeats it, and finds by its key whether it was. When time runs out after an
``Ambiguous``, the caller must learn that, whatever the last error was.

    attempt ─ error ─ wait 0…20 ms ─ attempt ─ error ─ wait 0…40 ms ─ attempt …   (full jitter)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import tenacity

from squall_reference.errors import Ambiguous, DeadlineExceeded, Transient
from squall_reference.resilience.budget import RetryBudget
from squall_reference.resilience.deadline import Deadline

T = TypeVar("T")


def full_jitter(attempt: int, *, first: float, longest: float, draw: float) -> float:
    """Seconds to wait after the ``attempt``-th failure: between 0 and a doubling, capped limit.

    Args:
        attempt: 1 for the first.
        first: the limit after the first failure, in seconds.
        longest: the cap of the limit, in seconds.
        draw: between 0 and 1.
    """
    return draw * min(longest, first * 2.0 ** min(attempt - 1, 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently to repeat."""

    attempts: int = 8
    first_wait: float = 0.02
    longest_wait: float = 0.2
    least_work: float = 0.0
    """Seconds that must be left for an attempt to be started."""
    budget: RetryBudget = field(default_factory=RetryBudget)
    draw: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(
        self, work: Callable[[], Awaitable[T]], deadline: Deadline, *, idempotent: bool
    ) -> T:
        """The first success; else the last error, or ``Ambiguous`` if there was one."""
        self.budget.deposit()
        doubts: list[Ambiguous] = []

        async def attempt() -> T:
            if deadline.remaining() <= self.least_work:
                raise DeadlineExceeded
            try:
                return await work()
            except Ambiguous as error:
                doubts.append(error)
                raise

        try:
            return await self._repeated(attempt, deadline, idempotent=idempotent)
        except (Transient, DeadlineExceeded) as error:
            if doubts:
                raise doubts[-1] from error
            raise

    async def _repeated(
        self, attempt: Callable[[], Awaitable[T]], deadline: Deadline, *, idempotent: bool
    ) -> T:
        """The first attempt costs nothing extra; tenacity is set up for what failed once."""

        def harmless(error: BaseException) -> bool:
            if isinstance(error, Transient):
                return error.repeat
            return idempotent and isinstance(error, Ambiguous)

        try:
            return await attempt()
        except (Transient, Ambiguous) as error:
            first: list[Exception] = [error]

        async def next_attempt() -> T:
            if first:
                raise first.pop()
            return await attempt()

        return await self._retrying(deadline, harmless)(next_attempt)

    def _retrying(
        self, deadline: Deadline, harmless: Callable[[BaseException], bool]
    ) -> tenacity.AsyncRetrying:
        def hopeless(state: tenacity.RetryCallState) -> bool:
            """In this order: a token is taken last, and only for a repeat that will happen."""
            return (
                state.attempt_number >= self.attempts
                or deadline.remaining() - state.upcoming_sleep <= self.least_work
                or not self.budget.spend()
            )

        return tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(harmless),
            wait=self._wait,
            stop=hopeless,
            sleep=self.sleep,
            reraise=True,
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        return full_jitter(
            state.attempt_number,
            first=self.first_wait,
            longest=self.longest_wait,
            draw=self.draw(),
        )
