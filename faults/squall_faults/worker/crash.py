"""A worker dies without a word: out of memory, a fatal error, ``kill -9``.

    SIGKILL ──▶ the worker and its children      in the middle of a job
    heal:  the supervisor starts it

What it had taken and not finished must be done by somebody, and done once: a job that leaves the
queue before it is done is lost, and one that is done twice must not count twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.lapse import back_early
from squall_faults.ports import WorkerControl


@register("worker.crash", needs=WorkerControl, effect=Effect.ENDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCrash:
    """SIGKILL workers of the app; heal by starting them, as a supervisor does."""

    process: str = ""
    """The name of one; empty: all of them."""

    def __post_init__(self) -> None:
        """Refuse what cannot be the name of a process."""
        validate.process(self.process)

    @asynccontextmanager
    async def inject(self, worker: WorkerControl) -> AsyncIterator[Injection]:
        """It bites with each process that it kills."""
        count = 0

        async def bite() -> Bite:
            return Bite(count=count, what="worker processes killed")

        try:
            count = await worker.crash()
            yield Injection(bite, back_early(worker.runs, "the worker is up again"))
        finally:
            await worker.revive()
