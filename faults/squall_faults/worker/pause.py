"""A worker stands still: a frozen container, a long job on the only thread, a starved machine.

    SIGSTOP ──▶ the worker: its sessions stay open, its locks and leases are held
    SIGCONT ──▶ it goes on, with every timer expired at once

Meanwhile another one may have taken its job: what it does afterwards must not be done twice.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import WorkerControl
from squall_faults.worker.hold import hold_workers


@register("worker.pause", needs=WorkerControl, effect=Effect.FREEZES)
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPause:
    """SIGSTOP workers of the app; heal by SIGCONT."""

    process: str = ""
    """The name of one; empty: all of them."""

    def __post_init__(self) -> None:
        """Refuse what cannot be the name of a process."""
        validate.process(self.process)

    def inject(self, worker: WorkerControl) -> AbstractAsyncContextManager[Injection]:
        """It bites with each process that it freezes."""
        return hold_workers(
            worker,
            worker.pause,
            worker.resume,
            what="worker processes frozen",
            found="the worker runs again",
        )
