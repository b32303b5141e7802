"""The app's workers as faults see them: one of them, or all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from squall.core.logs import logged_step
from squall.lab.components import WorkerComponent


async def start_workers(workers: Sequence[WorkerComponent]) -> None:
    """One after the other, when the app is up. LabError with the last words of one that ends."""
    for worker in workers:
        await logged_step(f"{worker.name}: starting", worker.start())


@dataclass(frozen=True, slots=True)
class WorkerSet:
    """Implements ``squall_faults.ports.WorkerControl``."""

    workers: Sequence[WorkerComponent]

    async def crash(self) -> int:
        """SIGKILL them; how many processes ran."""
        return sum(await asyncio.gather(*(one.crash() for one in self.workers)))

    async def terminate(self) -> int:
        """SIGTERM them; how many workers ran."""
        return sum(await asyncio.gather(*(one.terminate() for one in self.workers)))

    async def pause(self) -> int:
        """SIGSTOP them; how many processes stand still now."""
        return sum(await asyncio.gather(*(one.pause() for one in self.workers)))

    async def resume(self) -> None:
        """SIGCONT them."""
        await asyncio.gather(*(one.resume() for one in self.workers))

    async def revive(self) -> None:
        """Start those that do not run."""
        await asyncio.gather(*(one.revive() for one in self.workers))

    async def runs(self) -> bool:
        """Whether one of them runs now."""
        return any(await asyncio.gather(*(one.runs() for one in self.workers)))
