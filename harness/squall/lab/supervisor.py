"""Restart an app after a fault ended it: a minimal orchestrator.

    ended ──▶ start ──▶ ready
                └─ ends again ──▶ pause ──▶ start ──▶ …

If an app cannot start during an outage, the app is the cause. That breaks neither the lab nor the
heal of the fault: its exits are counted, and it comes back when it can. The pauses are those of
Docker's restart policy, 100 ms and double each time (Docker documentation, "docker container run",
``--restart``).
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from squall.core.errors import AppFailed, ComponentLost, describe_end
from squall.lab.termination import Termination

FIRST_PAUSE_SECONDS = 0.1

LONGEST_PAUSE_SECONDS = 1.6
"""Docker's limit is a minute; no run is that long."""

WAIT_SECONDS = 8.0
"""Shorter than ``HEAL_SECONDS`` of a fault: a start that takes longer continues in the
background.
"""

LAST_WAIT_SECONDS = 20.0
"""For an app that is needed for another outage."""


class SupervisedApp(ABC):
    """Shared by processes and containers of the app. Only one start is in progress at a time."""

    scheme = "http"

    def __init__(self) -> None:
        self.times_down = 0
        """How often a fault ended or froze it."""
        self.meant_to_be_down = False
        """A fault ended or froze it and will bring it back."""
        self.failed_starts: list[int] = []
        """Exit codes of failed starts after a fault. The list only grows."""
        self.terminations: list[Termination] = []
        """Each exit after SIGTERM. The list only grows."""
        self.start_seconds = 0.0
        """Of its last start that succeeded; 0 if unknown."""
        self._coming_back: asyncio.Task[None] | None = None
        self._last: AppFailed | None = None
        self._end_reported = False
        """Its exit between two runs was raised once; the lab then starts it."""

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
        """Start it. Returns when it is ready. AppFailed if it exits or does not become ready."""

    async def revive(self) -> None:
        """Start it if it does not run. Returns when it is ready, or continues in the background.

        Raises:
            AppFailed: it runs and does not become ready.
            LabError: it cannot be started at all.
        """
        if self.running and self._coming_back is None:
            self.meant_to_be_down = False
            return
        if self._coming_back is None:
            self._coming_back = asyncio.create_task(self._keep_starting())
        await self._wait(WAIT_SECONDS)

    async def ensure(self) -> None:
        """Wait for it if it is coming back, and make sure that it runs.

        Raises:
            AppFailed: it is not ready, and no start is in progress.
            ComponentLost: it exited since the last run. It is not restarted silently: the cause may
                be the previous outage, or something outside the lab.
        """
        if self._coming_back is not None and not await self._wait(LAST_WAIT_SECONDS):
            await self.leave_down()
            raise self._last or AppFailed("the app did not come back")
        if self.running:
            self._end_reported = False
            return
        code, reported, self._end_reported = self.exit_code, self._end_reported, True
        if code is not None and not self.meant_to_be_down and not reported:
            raise ComponentLost("the app", f"{describe_end(code)} between two runs")
        await self.start()
        self._end_reported = False

    async def goes_down(self) -> None:
        """A fault is about to end or freeze it."""
        await self.leave_down()
        self.meant_to_be_down = True
        self.times_down += 1

    async def leave_down(self) -> None:
        """Stop restarting it."""
        if self._coming_back is not None:
            self._coming_back.cancel()
            await asyncio.wait({self._coming_back})
            self._coming_back = None

    async def _wait(self, seconds: float) -> bool:
        """Whether it is back. LabError if no start is in progress."""
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
