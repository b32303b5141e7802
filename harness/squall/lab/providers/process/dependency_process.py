"""Servers other than PostgreSQL that an app depends on, and workers of the app, as processes."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from squall.config.dependencies import AppWorker, Dependency
from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.endpoint import free_port
from squall.lab.isolation.protection import confined
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.redis_binaries import find_redis, redis_command
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.startup_failure import Failure, describe_failure

START_SECONDS = 20.0
SETTLE_SECONDS = 0.5
"""A worker that cannot reach its dependencies exits shortly after its imports."""

HOST = "127.0.0.1"
PING = b"*1\r\n$4\r\nPING\r\n"


class DependencyProcess:
    """One server."""

    def __init__(
        self,
        dependency: Dependency,
        directory: Path,
        keeper: Watchdog,
        *,
        environment: Mapping[str, str],
        cwd: Path | None,
    ) -> None:
        """``environment`` and ``cwd`` are the app's, for a command of the project."""
        self.name = dependency.name
        self.kind = dependency.kind
        self.host = HOST
        self.port = free_port()
        self._dependency = dependency
        self._directory = directory
        self._environment = environment
        self._cwd = cwd
        self._child = ManagedProcess(
            f"the dependency {self.name}", directory / f"{self.name}.log", keeper
        )

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not."""
        return self._child.unasked_end

    async def start(self) -> None:
        """Start it if it does not run. Returns when it answers.

        Raises:
            LabError: the server does not exist, exited or does not answer; the message has its last
                lines.
        """
        if self._child.running:
            return
        await self._child.start(self._command(), environment=self._environment, cwd=self._cwd)
        if not await readiness.wait_until(self._ready_or_dead, START_SECONDS):
            await self._child.kill()
            raise LabError(f"{self._child.name} did not answer:\n{self._child.tail()}")
        if not self._child.running:
            raise LabError(f"{self._child.name} ended at its start:\n{self._child.tail()}")

    def _command(self) -> list[str]:
        if self.kind == "redis":
            return redis_command(find_redis(), self.port, self._directory)
        words = shlex.split(self._dependency.command.replace("{port}", str(self.port)))
        return confined(words, (self.port,))

    async def _ready_or_dead(self) -> bool:
        return not self._child.running or await self.accepts()

    async def accepts(self) -> bool:
        """Whether it accepts a client now. Redis must also answer a PING."""
        try:
            async with asyncio.timeout(1.0):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                try:
                    if self.kind != "redis":
                        return True
                    writer.write(PING)
                    return (await reader.readline()).startswith(b"+PONG")
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    async def kill(self) -> None:
        """SIGKILL it: everything that it held in memory is lost."""
        await self._child.kill()

    def pause(self) -> None:
        """SIGSTOP it: it accepts connections and answers nothing."""
        self._child.send_to_tree(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT it."""
        self._child.send_to_tree(signal.SIGCONT)

    async def close(self) -> None:
        """Stop it permanently."""
        self.resume()
        await self._child.kill()


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
