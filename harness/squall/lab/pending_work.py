"""Work that the app has accepted and not yet done: jobs, an outbox, notifications.

before the load   3 jobs are pending
after the heal    57 … 31 … 3 pending      done, or 20 for good: stuck

The queries are declared (``eventually``) and asked again until their numbers are back, or the
patience is over. Reading them once would call every queue stuck.
"""

from __future__ import annotations

from squall.core import events
from squall.core.clock import Clock
from squall.core.logs import logged
from squall.lab.lab import Lab

MIN_PATIENCE_SECONDS = 10.0
PATIENCE_DEADLINES = 3.0
"""As long as somebody waits who was promised an answer in one deadline, three times over."""

LOOK_AGAIN_SECONDS = 0.1


CALM_SECONDS = 1.0
"""Before the load, work may take this long to be done; what is still there then is usual."""


class PendingWork:
    """Looks at the declared queries before a run and after it, and publishes what is left."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._before: dict[str, int] = {}

    async def look_before(self) -> None:
        """What is pending before the load, once the work of earlier requests is done.

        Raises:
            LabError: a query fails.
        """
        ends = self._clock.now() + CALM_SECONDS
        self._before = await self._pending()
        while any(self._before.values()) and self._clock.now() <= ends:
            await self._clock.sleep(LOOK_AGAIN_SECONDS)
            self._before = await self._pending()

    async def look_after(self) -> None:
        """Wait until no more is pending than before, or the patience is over.

        Raises:
            LabError: a query fails.
        """
        if not self._before:
            return
        began = self._clock.now()
        with logged("app: waiting for work that it has accepted"):
            left = await self._left(began)
        now = self._clock.now()
        for name, number in left.items():
            self._log(
                events.WorkPending(
                    at=now,
                    work=name,
                    before=self._before[name],
                    after=number,
                    seconds=now - began,
                )
            )

    async def _left(self, began: float) -> dict[str, int]:
        deadline = self._lab.profile.contract.deadline_seconds
        ends = began + max(MIN_PATIENCE_SECONDS, PATIENCE_DEADLINES * deadline)
        left = await self._pending()
        while any(left[name] > self._before[name] for name in left) and self._clock.now() <= ends:
            await self._clock.sleep(LOOK_AGAIN_SECONDS)
            left = await self._pending()
        return left

    async def _pending(self) -> dict[str, int]:
        return await self._lab.observer.totals(self._lab.profile.eventually)
