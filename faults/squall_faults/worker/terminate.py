"""A worker is asked to end: a deployment, a node that is drained, a scale-down.

    SIGTERM ──▶ the worker: takes nothing more, finishes or gives back what it has, exits
    heal:  the next version starts

Meanwhile nobody works: requests must not wait for a result that comes after the deployment.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import WorkerControl
from squall_faults.worker.hold import hold_workers


@register("worker.terminate", needs=WorkerControl, effect=Effect.ENDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerTerminate:
    """SIGTERM workers of the app and wait for their end; heal by starting them."""

    process: str = ""
    """The name of one; empty: all of them."""

    def __post_init__(self) -> None:
        """Refuse what cannot be the name of a process."""
        validate.process(self.process)

    def inject(self, worker: WorkerControl) -> AbstractAsyncContextManager[Injection]:
        """It bites with each process that it ends."""
        return hold_workers(
            worker,
            worker.terminate,
            worker.revive,
            what="workers ended",
            found="the worker is up again",
        )
