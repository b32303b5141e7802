"""One container: created once, started and stopped many times, with its output in a log file."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from docker.errors import APIError, NotFound

from squall.core.errors import LabError
from squall.lab.cpu_time import awaited_in_container
from squall.lab.providers.docker.docker_client import BROKEN

TAIL_LINES = 12
END_SECONDS = 10.0


class Container:
    """Does for a container what ``ManagedProcess`` does for a process. Calls run in threads."""

    def __init__(
        self, name: str, log_path: Path, make: Callable[[], Any], *, adopted: bool = False
    ) -> None:
        self.name = name
        self._adopted = adopted
        """Someone else created it: it may already be running, and is never removed."""
        self.log_path = log_path
        self.exit_code: int | None = None
        """Exit code of the last run; None while it runs and before its start. 128 + n for
        signal n.
        """
        self.unasked_end = ""
        """How it exited although nothing stopped it; empty if it did not. The value stays."""
        self._end_wanted = False
        self._make = make
        self._made: Any = None
        self._pid = 0
        """Number of its first process, as the Docker engine counts."""
        self._output: Any = None
        self._follower: threading.Thread | None = None
        self._turn = threading.Lock()
        """A start whose caller was cancelled continues in its thread; a stop must come after it."""

    @property
    def container(self) -> Any:  # noqa: ANN401 - docker ships no types
        """The library's object; LabError before the start."""
        if self._made is None:
            raise LabError(f"{self.name} was not started")
        return self._made

    @property
    def running(self) -> bool:
        """Whether it was started and has not exited."""
        return self._follower is not None and self.exit_code is None

    @property
    def processor_awaited(self) -> float | None:
        """Seconds for which its processes were ready to run and waited for a CPU; None if
        unknown.
        """
        return awaited_in_container(self._pid, self._made.id) if self.running else None

    async def start(self) -> None:
        """Start it, and create it if needed. Does nothing if it runs.

        Raises:
            LabError: the Docker engine refuses; the message has its error.
        """
        await self._call(self._start)

    def _start(self) -> None:
        if self._made is None:
            self._made = self._make()
        if self.running:
            return
        self.exit_code = None
        self._end_wanted = False
        if self._adopted and self._state().get("Running"):
            output = self._made.logs(stream=True, follow=True, tail=0)
        else:
            self._made.start()
            begun = datetime.fromisoformat(self._state()["StartedAt"])
            output = self._made.logs(stream=True, follow=True, since=begun.timestamp())
        self._output = output
        self._pid = int(self._made.attrs["State"]["Pid"])
        self._follow(output)

    def _follow(self, output: Any) -> None:  # noqa: ANN401 - docker ships no types
        def copy() -> None:
            with (
                self.log_path.open("ab", buffering=0) as log,
                contextlib.suppress(*BROKEN, OSError),
            ):
                for chunk in output:
                    log.write(chunk)
            self._ended()

        self._follower = threading.Thread(target=copy, name=f"log of {self.name}", daemon=True)
        self._follower.start()

    def _ended(self) -> None:
        """The output ends when the container exits."""
        code = -1
        with contextlib.suppress(*BROKEN):
            code = int(self._made.wait(timeout=END_SECONDS)["StatusCode"])
        self.exit_code = code
        if not self._end_wanted:
            self.unasked_end = f"ended with exit code {code}"

    def _state(self) -> dict[str, Any]:
        self.container.reload()
        state: dict[str, Any] = self.container.attrs["State"]
        return state

    async def signal(self, name: str) -> None:
        """Send a signal to its first process. Does nothing if it has exited."""
        if self._made is not None:
            await self._call(self._signal, name)

    def _signal(self, name: str) -> None:
        with contextlib.suppress(NotFound, APIError):
            self.container.kill(signal=name)

    async def kill(self) -> None:
        """SIGKILL all processes. Returns when they are gone."""
        if self._made is None:
            return
        self._end_wanted = True
        await self.resume()  # Docker refuses to kill a paused container
        await self.signal("SIGKILL")
        await self.ended(END_SECONDS)

    async def ended(self, seconds: float) -> bool:
        """Wait for it to exit; returns whether it did."""
        follower = self._follower
        if follower is None:
            return True
        await asyncio.to_thread(follower.join, seconds)
        return not follower.is_alive()

    async def stop(self, name: str, grace_seconds: float) -> None:
        """Send a signal, wait, and kill the container if it still runs."""
        if not self.running:
            return
        self._end_wanted = True
        await self.resume()
        await self.signal(name)
        if not await self.ended(grace_seconds):
            await self.kill()

    async def pause(self) -> int:
        """Freeze all processes (cgroup freezer). Returns their number."""
        if not self.running:
            return 0
        return int(await self._call(self._pause))

    def _pause(self) -> int:
        processes = len(self.container.top()["Processes"])
        self.container.pause()
        return processes

    async def resume(self) -> None:
        """Thaw them. Does nothing if it is not frozen."""
        if self._made is not None:
            await self._call(self._resume)

    def _resume(self) -> None:
        if self._state().get("Paused"):
            self.container.unpause()

    async def _call(self, work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - what it gives
        def in_turn() -> Any:  # noqa: ANN401 - what it gives
            with self._turn:
                return work(*arguments)

        try:
            return await asyncio.to_thread(in_turn)
        except BROKEN as error:
            raise LabError(f"{self.name}: the Docker engine refused: {error}") from error

    def tail(self) -> str:
        """The last lines of the log, indented for an error message."""
        try:
            lines = self.log_path.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        except OSError:
            lines = []
        return "\n".join(f"    {line}" for line in lines) or "    (the log is empty)"

    async def close(self) -> None:
        """Remove it with its volumes, unless someone else created it."""
        self._end_wanted = True
        if self._made is None:
            return
        with contextlib.suppress(*BROKEN, OSError):
            if self._adopted:
                self._output.close()
            else:
                await asyncio.to_thread(self._made.remove, force=True, v=True)
        await self.ended(END_SECONDS)
