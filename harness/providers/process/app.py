"""The app under test as a process: an import string run by uvicorn, or any command."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.core.errors import AppFailed
from harness.providers import readiness
from harness.providers.base import free_port
from harness.providers.hints import startup_hint
from harness.providers.process.child import Child
from harness.providers.process.keeper import Keeper
from harness.providers.processor import awaited
from harness.providers.supervised import SupervisedApp

START_SECONDS = 20.0
GRACE_SECONDS = 5.0
HINT_LINES = 200


class AppProcess(SupervisedApp):
    """One process of the app; implements ``faults.ports.AppControl``."""

    def __init__(  # noqa: PLR0913 - one parameter a thing that is known of the app
        self,
        directory: Path,
        keeper: Keeper,
        target: str,
        *,
        factory: bool,
        environment: Mapping[str, str],
        cwd: Path | None,
        ready_path: str,
        any_answer: bool = False,
        python: Path | None = None,
    ) -> None:
        """``any_answer``: ready is who answers at all; ``python``: has the app's packages."""
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
        self._child = Child("the app", directory / "app.log", keeper)

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
        """Seconds that it and its children were ready to run and had no processor."""
        return awaited(self._child.process.pid) if self._child.running else None

    def command(self) -> list[str]:
        """What is executed: ``{port}`` in a command is replaced."""
        if " " in self._target or "{port}" in self._target:
            return shlex.split(self._target.replace("{port}", str(self.port)))
        uvicorn = [str(self._python or sys.executable), "-m", "uvicorn", self._target]
        factory = ["--factory"] if self._factory else []
        if _below_src(self._cwd, self._target):
            factory += ["--app-dir", "src"]
        address = ["--host", self.host, "--port", str(self.port)]
        return [*uvicorn, *factory, *address, "--no-access-log", "--log-level", "warning"]

    async def start(self) -> None:
        """Start it; returns once ``ready_path`` answers with success.

        Raises:
            AppFailed: it died or did not get ready, with its last log lines.
            LabError: it cannot be executed.
        """
        await self._child.start(
            self.command(),
            environment={**self._environment, "PYTHONUNBUFFERED": "1"},
            cwd=self._cwd,
        )
        if not await readiness.until(self._ready_or_dead, START_SECONDS) or not self._child.running:
            code = self.exit_code
            state = f"ended with exit code {code}" if code is not None else "did not get ready"
            raise AppFailed(
                f"the app {self._target} {state} (asked GET {self._ready_path}); its last words:\n"
                f"{self._child.tail()}\n{startup_hint(self._child.tail(HINT_LINES))}"
                f"  start it by hand: {shlex.join(self.command())}"
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
        """SIGTERM, a grace time, then SIGKILL; the exit code, negative for a signal."""
        await self.goes_down()
        await self._child.stop(signal.SIGTERM, GRACE_SECONDS)
        return self._child.exit_code or 0

    async def pause(self) -> int:
        """SIGSTOP it with its children; how many processes that are."""
        await self.goes_down()
        family = self._child.family()
        self._child.send_family(signal.SIGSTOP)
        return len(family)

    async def resume(self) -> None:
        """SIGCONT them."""
        self._child.send_family(signal.SIGCONT)
        self.meant_to_be_down = False

    async def close(self) -> None:
        """End it without ceremony."""
        await self.leave_down()
        await self._child.kill()


def _below_src(cwd: Path | None, target: str) -> bool:
    """Whether a module lies in ``src`` and not here: then it is only importable from there."""
    top = target.partition(":")[0].partition(".")[0]
    home = cwd or Path()
    return not _module(home, top) and _module(home / "src", top)


def _module(directory: Path, name: str) -> bool:
    return (directory / f"{name}.py").is_file() or (directory / name).is_dir()
