"""The app's processes other than its server: workers, schedulers, a second API."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from squall.config.dependencies import AppWorker
from squall.core.errors import LabError
from squall.lab.isolation.protection import confined
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.startup_failure import Failure, describe_failure

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
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        await self._child.kill()
