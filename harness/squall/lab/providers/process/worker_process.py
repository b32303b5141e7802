"""The app's processes other than its server: workers, schedulers, a second API."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from squall.config.dependencies import AppWorker
from squall.core.errors import LabError
from squall.lab.isolation.protection import confined
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.startup_failure import Failure, describe_failure

GRACE_SECONDS = 5.0
"""For a worker to finish its job after SIGTERM; shorter than the time that a heal has."""

NO_LIFE = (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)

SETTLE_SECONDS = 0.5
"""A worker that cannot reach its dependencies exits shortly after its imports."""


class WorkerProcess:
    """A process of the app other than its server."""

    def __init__(
        self,
        worker: AppWorker,
        directory: Path,
        keeper: Watchdog,
        *,
        environment: Mapping[str, str],
        cwd: Path | None,
        python: Path | None,
        ports: Sequence[int],
    ) -> None:
        """``ports``: those that it may connect to."""
        self.name = worker.name
        self._worker = worker
        self._environment = environment
        self._cwd = cwd
        self._python = python
        self._ports = ports
        self._child = ManagedProcess(
            f"the process {self.name}", directory / f"process-{self.name}.log", keeper
        )
        self._watching: asyncio.Task[None] | None = None
        self.starts = 0
        """Number of starts: the first one, and one after each exit."""

    async def start(self) -> None:
        """Start it. From now on it is restarted, after a pause, when it exits.

        Raises:
            LabError: it cannot be executed, or exits at once; the message has its last lines.
        """
        await self._begin()
        await asyncio.sleep(SETTLE_SECONDS)
        if not self._child.running:
            raise LabError(describe_failure(self._failure()))
        self._watching = asyncio.create_task(self._supervise())

    async def crash(self) -> int:
        """SIGKILL it with its children, and leave it down; how many processes there were."""
        await self._leave_down()
        count = len(self._child.process_tree())
        await self._child.kill()
        return count

    async def terminate(self) -> int:
        """SIGTERM, a grace period, then SIGKILL, and leave it down; 0 if it did not run."""
        await self._leave_down()
        ran = self._child.running
        await self._child.stop(signal.SIGTERM, GRACE_SECONDS)
        return int(ran)

    async def pause(self) -> int:
        """SIGSTOP it with its children; how many processes there are."""
        return len(self._child.freeze())

    async def resume(self) -> None:
        """SIGCONT them."""
        self._child.send_to_tree(signal.SIGCONT)

    async def revive(self) -> None:
        """Start it if it does not run. One that exits at once is restarted again and again."""
        if not self._child.running:
            await self._begin()
        if self._watching is None:
            self._watching = asyncio.create_task(self._supervise())

    async def runs(self) -> bool:
        """Whether it runs now, and is not frozen."""
        tree = self._child.process_tree()
        with contextlib.suppress(psutil.Error):
            return bool(tree) and tree[0].status() not in NO_LIFE
        return False

    async def _leave_down(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
            self._watching = None

    async def _begin(self) -> None:
        self.starts += 1
        await self._child.start(
            confined(shlex.split(self._worker.command), self._ports),
            environment={**self._environment, "PYTHONUNBUFFERED": "1"},
            cwd=self._cwd,
        )

    async def _supervise(self) -> None:
        """A minimal orchestrator, with the pauses of Docker's restart policy."""
        pause = 0.1
        while True:
            await self._child.process.wait()
            await asyncio.sleep(pause)
            pause = min(2 * pause, 1.6)
            with contextlib.suppress(LabError):
                await self._begin()

    def _failure(self) -> Failure:
        return Failure(
            what=f"{self._child.name} ended with {self._child.exit_code}",
            how=self._worker.command,
            log=self._child.log_path,
            directory=self._cwd,
            environment=self._environment,
            python=self._python,
        )

    async def close(self) -> None:
        """Stop it permanently."""
        await self._leave_down()
        await self._child.kill()
