"""The app under test as a process: an import string run by uvicorn, or any command."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from squall.core.errors import AppFailed
from squall.lab import readiness
from squall.lab.app_resources import HeldResources, held_resources
from squall.lab.cpu_time import awaited
from squall.lab.endpoint import free_port
from squall.lab.isolation.protection import confined
from squall.lab.providers.process.app_command import app_command
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.startup_failure import Failure, describe_failure
from squall.lab.supervisor import SupervisedApp
from squall.lab.termination import Termination, sigterm_handling

START_SECONDS = 60.0
"""Large apps need ten seconds of CPU time for their imports, and share the CPU with others."""
GRACE_SECONDS = 5.0


class AppProcess(SupervisedApp):
    """One process of the app. Implements ``squall_faults.ports.AppControl``."""

    def __init__(  # noqa: PLR0913 - one parameter a thing that is known of the app
        self,
        directory: Path,
        keeper: Watchdog,
        target: str,
        *,
        factory: bool,
        environment: Mapping[str, str],
        cwd: Path | None,
        ready_path: str,
        any_answer: bool = False,
        python: Path | None = None,
        ports: Sequence[int] | None = None,
        pooled: Sequence[int] = (),
    ) -> None:
        """``any_answer``: any status counts as ready. ``python``: the interpreter with the app's
        packages.

        ``ports``: those that the app may connect to; None: any. ``pooled``: those of them to which
        it keeps connections, in addition to its database.
        """
        super().__init__()
        self.port = free_port()
        self.host = "127.0.0.1"
        self._target = target
        self._factory = factory
        self._environment = environment
        self._cwd = cwd
        self._ready_path = ready_path
        self._any_answer = any_answer
        self._python = python
        self._ports = ports
        self._pooled = pooled
        self._child = ManagedProcess("the app", directory / "app.log", keeper)

    @property
    def log_path(self) -> Path:
        """Everything that the app printed."""
        return self._child.log_path

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._child.exit_code

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._child.running

    @property
    def processor_awaited(self) -> float | None:
        """Seconds for which it and its children were ready to run and waited for a CPU."""
        return awaited(self._child.process.pid) if self._child.running else None

    def held_resources(self) -> HeldResources | None:
        """What all its processes hold of the machine, without its clients' connections."""
        return held_resources(self._child.process_tree(), self.port, self._pooled)

    def pids(self) -> list[int]:
        """Its process and all descendants."""
        return [one.pid for one in self._child.process_tree()]

    def command(self) -> list[str]:
        """The command to execute. AppFailed if the app's environment has no server."""
        return app_command(
            self._target, self.port, factory=self._factory, cwd=self._cwd, python=self._python
        )

    async def start(self) -> None:
        """Start it. Returns when ``ready_path`` answers with success.

        Raises:
            AppFailed: it died or did not become ready; the message has its last log lines.
            LabError: it cannot be executed.
        """
        began = time.monotonic()
        command = self.command()
        if self._ports is not None:
            command = confined(command, (*self._ports, self.port))
        await self._child.start(
            command,
            environment={**self._environment, "PYTHONUNBUFFERED": "1"},
            cwd=self._cwd,
        )
        if (
            not await readiness.wait_until(self._ready_or_dead, START_SECONDS)
            or not self._child.running
        ):
            code = self.exit_code
            state = f"ended with exit code {code}" if code is not None else "did not get ready"
            raise AppFailed(self._failure(state))
        self.start_seconds = time.monotonic() - began

    def _failure(self, state: str) -> str:
        return describe_failure(
            Failure(
                what=f"the app {self._target} {state} (GET {self._ready_path})",
                how=shlex.join(self.command()),
                log=self._child.log_path,
                directory=self._cwd,
                environment=self._environment,
                python=self._python,
            )
        )

    async def _ready_or_dead(self) -> bool:
        if not self._child.running:
            return True
        if self._any_answer:
            return await readiness.answers_at_all(self.host, self.port, self._ready_path)
        return await readiness.answers_http(self.host, self.port, self._ready_path)

    async def crash(self) -> None:
        """SIGKILL it with its children."""
        await self.goes_down()
        await self._child.kill()

    async def terminate(self) -> int:
        """SIGTERM, a grace period, then SIGKILL. Returns the exit code, negative for a signal."""
        await self.goes_down()
        started = time.monotonic()
        handling = sigterm_handling(self._child.process.pid)
        await self._child.stop(signal.SIGTERM, GRACE_SECONDS)
        code = self._child.exit_code or 0
        self.terminations.append(Termination(code, time.monotonic() - started, handling))
        return code

    async def pause(self) -> int:
        """SIGSTOP it with its children. Returns the number of processes."""
        await self.goes_down()
        return len(self._child.freeze())

    async def resume(self) -> None:
        """SIGCONT them."""
        self._child.send_to_tree(signal.SIGCONT)
        self.meant_to_be_down = False

    async def answers(self) -> bool:
        """Whether it answers at all, with any status."""
        return await readiness.http_status(self.host, self.port, self._ready_path) is not None

    async def close(self) -> None:
        """Kill it."""
        await self.leave_down()
        await self._child.kill()
