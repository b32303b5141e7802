"""An app with somebody who starts it again after a fault ended it: an orchestrator, in small.

    ended ──▶ start ──▶ ready
                └─ ends again ──▶ pause ──▶ start ──▶ …

An app that cannot start during an outage is the app's own doing. It breaks neither the lab nor the
cure of the fault: its ends are counted, and it comes back when it can. The pauses are those of
Docker's restart policy, 100 ms and double each time (Docker documentation, "docker container run",
``--restart``).
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from harness.core.errors import AppFailed

FIRST_PAUSE_SECONDS = 0.1

LONGEST_PAUSE_SECONDS = 1.6
"""Docker goes on to a minute; no run is as long as that."""

WAIT_SECONDS = 8.0
"""Shorter than ``faults.fault.HEAL_SECONDS``: who is not back by then goes on in the background."""

LAST_WAIT_SECONDS = 20.0
"""For an app that is to go through another outage."""


class SupervisedApp(ABC):
    """What a process and a container of the app have in common; one start goes on at a time."""

    def __init__(self) -> None:
        self.times_down = 0
        """How often a fault ended or froze it."""
        self.meant_to_be_down = False
        """A fault ended or froze it and will bring it back."""
        self.failed_starts: list[int] = []
        """Exit codes of starts after a fault, in which it ended again; it only grows."""
        self._coming_back: asyncio.Task[None] | None = None
        self._last: AppFailed | None = None

    @property
    @abstractmethod
    def exit_code(self) -> int | None:
        """None while it runs, and before its first start."""

    @property
    @abstractmethod
    def running(self) -> bool:
        """Whether it was started and has not ended."""

    @abstractmethod
    async def start(self) -> None:
        """Start it; returns once it is ready. AppFailed when it ends, or does not get ready."""

    async def revive(self) -> None:
        """Start it if it does not run; returns once it is ready, or goes on by itself.

        Raises:
            AppFailed: it runs and does not get ready.
            LabError: it cannot be started at all.
        """
        if self.running and self._coming_back is None:
            self.meant_to_be_down = False
            return
        if self._coming_back is None:
            self._coming_back = asyncio.create_task(self._keep_starting())
        await self._wait(WAIT_SECONDS)

    async def ensure(self) -> None:
        """Wait for it if it is coming back, and start it if it ended by itself.

        Raises:
            AppFailed: it is not ready; nobody tries any longer.
        """
        if self._coming_back is not None and not await self._wait(LAST_WAIT_SECONDS):
            await self.leave_down()
            raise self._last or AppFailed("the app did not come back")
        if not self.running:
            await self.start()

    async def goes_down(self) -> None:
        """A fault is about to end or freeze it."""
        await self.leave_down()
        self.meant_to_be_down = True
        self.times_down += 1

    async def leave_down(self) -> None:
        """Start it no more."""
        if self._coming_back is not None:
            self._coming_back.cancel()
            await asyncio.wait({self._coming_back})
            self._coming_back = None

    async def _wait(self, seconds: float) -> bool:
        """Whether it is back; LabError when nobody tries any longer."""
        if self._coming_back is None:
            return True
        done, _ = await asyncio.wait({self._coming_back}, timeout=seconds)
        if not done:
            return False
        returned, self._coming_back = self._coming_back, None
        returned.result()
        self.meant_to_be_down = False
        return True

    async def _keep_starting(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self.start()
            except AppFailed as error:
                self._last = error
                if self.running or self.exit_code is None:
                    raise  # it runs: another start would not help
                self.failed_starts.append(self.exit_code)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                self.meant_to_be_down = False
                return
