"""Repeat a unit of work only when that is harmless, and only while there is time.

``Transient`` means that nothing happened. ``Ambiguous`` means that the work may be done: only
idempotent work repeats it, and finds by its key whether it was. When time runs out after an
``Ambiguous``, the caller must be told so, whatever the last error was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from app_under_test.errors import Ambiguous, DeadlineExceeded, Transient
from app_under_test.resilience.deadline import Deadline

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently to repeat: full jitter between 0 and a doubling wait."""

    attempts: int = 8
    first_wait: float = 0.02
    longest_wait: float = 0.2
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(
        self, work: Callable[[], Awaitable[T]], deadline: Deadline, *, idempotent: bool
    ) -> T:
        """The first success; else the last error, or ``Ambiguous`` if there was one."""
        harmless = (Transient, Ambiguous) if idempotent else (Transient,)
        budget = deadline.remaining()
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(harmless),
            wait=tenacity.wait_random_exponential(self.first_wait, max=self.longest_wait),
            stop=tenacity.stop_after_attempt(self.attempts) | tenacity.stop_before_delay(budget),
            sleep=self.sleep,
            reraise=True,
        )
        doubts: list[Ambiguous] = []

        async def attempt() -> T:
            if deadline.remaining() <= 0:
                raise DeadlineExceeded
            try:
                return await work()
            except Ambiguous as error:
                doubts.append(error)
                raise

        try:
            return await retrying(attempt)
        except Transient as error:
            if doubts:
                raise doubts[-1] from error
            raise
