"""Servers other than PostgreSQL that an app depends on, as processes."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Mapping
from pathlib import Path

from squall.config.dependencies import Dependency
from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.endpoint import free_port
from squall.lab.isolation.protection import confined
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog

START_SECONDS = 20.0
HOST = "127.0.0.1"


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
        words = shlex.split(self._dependency.command.replace("{port}", str(self.port)))
        return confined(words, (self.port,))

    async def _ready_or_dead(self) -> bool:
        return not self._child.running or await self.accepts()

    async def accepts(self) -> bool:
        """Whether it accepts a client now."""
        try:
            async with asyncio.timeout(1.0):
                _, writer = await asyncio.open_connection(self.host, self.port)
                writer.close()
        except (OSError, TimeoutError):
            return False
        return True

    async def kill(self) -> None:
        """SIGKILL it: everything that it held in memory is lost."""
        await self._child.kill()

    async def pause(self) -> None:
        """SIGSTOP it: it accepts connections and answers nothing."""
        self._child.freeze()

    async def resume(self) -> None:
        """SIGCONT it."""
        self._child.send_to_tree(signal.SIGCONT)

    async def close(self) -> None:
        """Stop it permanently."""
        await self.resume()
        await self._child.kill()
