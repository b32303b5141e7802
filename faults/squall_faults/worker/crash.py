"""A worker dies without a word: out of memory, a fatal error, ``kill -9``.

    SIGKILL ──▶ the worker and its children      in the middle of a job
    heal:  the supervisor starts it

What it had taken and not finished must be done by somebody, and done once: a job that leaves the
queue before it is done is lost, and one that is done twice must not count twice.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import WorkerControl
from squall_faults.worker.hold import hold_workers


@register("worker.crash", needs=WorkerControl, effect=Effect.ENDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCrash:
    """SIGKILL workers of the app; heal by starting them, as a supervisor does."""

    process: str = ""
    """The name of one; empty: all of them."""

    def __post_init__(self) -> None:
        """Refuse what cannot be the name of a process."""
        validate.process(self.process)

    def inject(self, worker: WorkerControl) -> AbstractAsyncContextManager[Injection]:
        """It bites with each process that it kills."""
        return hold_workers(
            worker,
            worker.crash,
            worker.revive,
            what="worker processes killed",
            found="the worker is up again",
        )
