"""A child process of the lab: own session, output in a log file, stopped for certain."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from harness.core.errors import LabError
from harness.providers.process.keeper import Keeper

TAIL_LINES = 12

GONE_SECONDS = 4.0
"""After half of it, what is still there is killed again."""


class Child:
    """One program."""

    def __init__(self, name: str, log_path: Path, keeper: Keeper) -> None:
        self.name = name
        self.log_path = log_path
        self._keeper = keeper
        self._process: asyncio.subprocess.Process | None = None

    async def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        group: int | None = None,
        pipe_output: bool = False,
    ) -> None:
        """Run ``command``; its output is appended to the log, or piped to ``stdout``.

        Raises:
            LabError: the program cannot be executed.
        """
        self._process = None  # of the one before, nothing counts any longer
        identity: dict[str, object] = {}
        if user is not None:
            identity = {"user": user, "group": group, "extra_groups": []}
        with self.log_path.open("ab") as log:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE if pipe_output else log,
                    stderr=log,
                    cwd=cwd,
                    env={**os.environ, **(environment or {}), **self._keeper.mark},
                    start_new_session=True,
                    **identity,  # type: ignore[arg-type] # passed through to Popen
                )
            except OSError as error:
                raise LabError(
                    f"{self.name} cannot be started: {command[0]}: {error.strerror}"
                ) from error

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The running process; LabError before the start."""
        if self._process is None:
            raise LabError(f"{self.name} was not started")
        return self._process

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before its start; negative for a signal."""
        return None if self._process is None else self._process.returncode

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def family(self) -> list[psutil.Process]:
        """It and all its descendants."""
        if not self.running:
            return []
        try:
            head = psutil.Process(self.process.pid)
            return [head, *head.children(recursive=True)]
        except psutil.Error:
            return []

    def send_family(self, number: signal.Signals) -> None:
        """Send a signal to it and all its descendants."""
        for member in self.family():
            with contextlib.suppress(psutil.Error):
                member.send_signal(number)

    async def kill(self) -> None:
        """SIGKILL it with all descendants; returns when they are gone."""
        family = self.family()
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        if self._process is not None:
            await self._process.wait()
        await asyncio.to_thread(_gone, family)

    async def stop(self, number: signal.Signals, grace_seconds: float) -> None:
        """Ask by a signal, wait, and kill what does not obey."""
        if not self.running:
            return
        family = self.family()
        self.send(number)
        try:
            async with asyncio.timeout(grace_seconds):
                await self.process.wait()
        except TimeoutError:
            await self.kill()
        await asyncio.to_thread(_gone, family)

    def tail(self, most: int = TAIL_LINES) -> str:
        """The last lines of the log, indented for an error message."""
        try:
            lines = self.log_path.read_text(errors="replace").splitlines()[-most:]
        except OSError:
            lines = []
        return "\n".join(f"    {line}" for line in lines) or "    (the log is empty)"


def _gone(family: list[psutil.Process]) -> None:
    """Wait until none of them runs; a zombie has released everything and counts as gone.

    Grandchildren become zombies of whoever is process 1, which may take its time to notice.
    """
    ends = time.monotonic() + GONE_SECONDS
    while any(_runs(member) for member in family) and time.monotonic() < ends:
        for member in family:
            if time.monotonic() > ends - GONE_SECONDS / 2:
                with contextlib.suppress(psutil.Error):
                    member.kill()
        time.sleep(0.002)


def _runs(member: psutil.Process) -> bool:
    try:
        return member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
