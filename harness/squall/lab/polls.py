"""Whether an app that works in the background, unasked, still does so after an outage.

idle in calm      |·|·|·|·|·|·|     five statements a second: something polls
after an outage   |             |   none for nine seconds: its task has ended
"""

from __future__ import annotations

from dataclasses import replace

from squall.core import events
from squall.core.clock import Clock
from squall.lab.lab import Lab

WINDOWS = 3
WINDOW_SECONDS = 0.4
"""Only what sends a statement in each of these is a poller; a start that ends late is not."""

LEAST_SECONDS = 3.0
DEADLINES = 3.0
"""A poller may pause after errors, and gets this many deadlines to go on."""

LOOK_AGAIN_SECONDS = 0.02


class PollProbe:
    """Counts statements of the idle app: in calm once for a lab, and after each run."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log

    async def look_before(self) -> None:
        """Publish how many statements the idle app sends in calm, if it is a poller."""
        if self._lab.calm.polls is None:
            self._lab.calm.polls = await self._count_in_calm()
        if self._lab.calm.polls.statements:
            self._log(replace(self._lab.calm.polls, at=self._clock.now()))  # an event of this run

    async def look_after(self) -> None:
        """Publish the statements since now, as soon as there is one, or the time is over."""
        if self._lab.calm.polls is None or not self._lab.calm.polls.statements:
            return
        deadline = self._lab.profile.contract.deadline_seconds
        patience = max(LEAST_SECONDS, DEADLINES * deadline)
        began, first = self._clock.now(), await self._statements()
        seen = 0
        while not seen and self._clock.now() - began < patience:
            await self._clock.sleep(LOOK_AGAIN_SECONDS)
            seen = await self._statements() - first
        self._log(self._event("after", seen, self._clock.now() - began))

    async def _count_in_calm(self) -> events.IdleStatements:
        counts = [await self._statements()]
        for _ in range(WINDOWS):
            await self._clock.sleep(WINDOW_SECONDS)
            counts.append(await self._statements())
            if counts[-1] == counts[-2]:
                return self._event("before", 0, WINDOW_SECONDS)
        return self._event("before", counts[-1] - counts[0], WINDOWS * WINDOW_SECONDS)

    def _event(self, moment: str, statements: int, seconds: float) -> events.IdleStatements:
        return events.IdleStatements(
            at=self._clock.now(), moment=moment, statements=statements, seconds=round(seconds, 2)
        )

    async def _statements(self) -> int:
        return (await self._lab.database_traffic()).statements or 0
