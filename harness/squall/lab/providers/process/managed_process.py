"""A child process of the lab: in its own session, with its output in a log file, always stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from squall.core.child_programs import signal_child
from squall.core.errors import LabError, describe_end
from squall.lab.providers.process.watchdog import Watchdog

TAIL_LINES = 12

MAX_ROUNDS = 20
"""Generations of a tree that are looked for, one after the other."""

GONE_SECONDS = 4.0
"""After half of it, processes that still run are killed again."""


class ManagedProcess:
    """One program."""

    def __init__(self, name: str, log_path: Path, keeper: Watchdog) -> None:
        self.name = name
        self.log_path = log_path
        self._keeper = keeper
        self._process: asyncio.subprocess.Process | None = None
        self._end_wanted = False
        self._watching: asyncio.Task[None] | None = None
        self.unasked_end = ""
        """How it exited although nothing stopped it, such as ``ended by SIGKILL``; empty if it did
        not. Another start does not reset it.
        """

    async def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        inherited: Mapping[str, str] | None = None,  # environment to extend; None: our own
        cwd: Path | None = None,
        user: str | None = None,
        group: int | None = None,
        pipe_output: bool = False,
    ) -> None:
        """Start ``command``. Its output is appended to the log, or piped to ``stdout``.

        Raises:
            LabError: the program cannot be executed.
        """
        self._process = None  # of the previous process, irrelevant now
        self._end_wanted = False
        with _open_log(self.log_path) as log:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE if pipe_output else log,
                    stderr=log,
                    cwd=cwd,
                    env={**(inherited or os.environ), **(environment or {}), **self._keeper.mark},
                    start_new_session=True,
                    **_identity(user, group),
                )
            except OSError as error:
                raise LabError(
                    f"{self.name} cannot be started: {command[0]}: {error.strerror}"
                ) from error
        self._watching = asyncio.create_task(self._watch(self._process))

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        if process is self._process and not self._end_wanted:
            self.unasked_end = describe_end(code)

    def expect_end(self) -> None:
        """An exit from now on is expected. One that has already happened is not."""
        if self._process is not None and not self._end_wanted:
            if not self.running:
                self.unasked_end = describe_end(self._process.returncode or 0)
            elif self._is_dead():
                self.unasked_end = "ended"
        self._end_wanted = True

    def _is_dead(self) -> bool:
        """Whether it has exited, even if the event loop has not noticed it yet."""
        try:
            return psutil.Process(self.process.pid).status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            return True

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
        """Whether it was started and has not exited."""
        return self._process is not None and self._process.returncode is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal if it still runs."""
        if self.running:
            signal_child(self.process, number)

    def process_tree(self) -> list[psutil.Process]:
        """The process and all its descendants."""
        if not self.running:
            return []
        try:
            head = psutil.Process(self.process.pid)
            return [head, *head.children(recursive=True)]
        except psutil.Error:
            return []

    def send_to_tree(self, number: signal.Signals) -> None:
        """Send a signal to it and all its descendants."""
        for member in self.process_tree():
            with contextlib.suppress(psutil.Error):
                member.send_signal(number)

    def freeze(self) -> list[psutil.Process]:
        """SIGSTOP it with all descendants, and return them.

        One that was forked after its parent was listed is found in the next round: a process that
        is stopped forks no more.
        """
        stopped: dict[int, psutil.Process] = {}
        for _ in range(MAX_ROUNDS):
            found = [one for one in self.process_tree() if one.pid not in stopped]
            if not found:
                break
            for member in found:
                stopped[member.pid] = member
                with contextlib.suppress(psutil.Error):
                    member.suspend()
        return list(stopped.values())

    async def kill(self) -> None:
        """SIGKILL it with all descendants. Returns when they are gone."""
        self.expect_end()
        process_tree = self.freeze()
        for member in process_tree:
            with contextlib.suppress(psutil.Error):
                member.kill()
        if self._process is not None:
            await self._process.wait()
        await asyncio.to_thread(_gone, process_tree)

    async def stop(self, number: signal.Signals, grace_seconds: float) -> None:
        """Send a signal, wait, and kill the process if it still runs."""
        self.expect_end()
        if not self.running:
            return
        process_tree = self.process_tree()
        self.send(number)
        try:
            async with asyncio.timeout(grace_seconds):
                await self.process.wait()
        except TimeoutError:
            await self.kill()
        await asyncio.to_thread(_gone, process_tree)

    def tail(self, most: int = TAIL_LINES) -> str:
        """The last lines of the log, indented for an error message."""
        try:
            lines = self.log_path.read_text(errors="replace").splitlines()[-most:]
        except OSError:
            lines = []
        return "\n".join(f"    {line}" for line in lines) or "    (the log is empty)"


def _identity(user: str | None, group: int | None) -> dict[str, Any]:
    """Options of Popen: run as another account, without this process's groups."""
    return {} if user is None else {"user": user, "group": group, "extra_groups": []}


def _open_log(path: Path) -> BinaryIO:
    """Open a log for appending. No other account may read it: it may hold the app's secrets."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def _gone(process_tree: list[psutil.Process]) -> None:
    """Wait until none of them runs. A zombie has released its resources and counts as gone.

    Grandchildren become zombies of process 1, which may reap them late.
    """
    ends = time.monotonic() + GONE_SECONDS
    while any(_runs(member) for member in process_tree) and time.monotonic() < ends:
        for member in process_tree:
            if time.monotonic() > ends - GONE_SECONDS / 2:
                with contextlib.suppress(psutil.Error):
                    member.kill()
        time.sleep(0.002)


def _runs(member: psutil.Process) -> bool:
    try:
        return member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
