"""What the app went on to send in transactions that had failed, counted in the server's log.

BEGIN ─ INSERT ✗ 40001 ─ INSERT ✗ 25P02 ─ INSERT ✗ 25P02        nothing can succeed before ROLLBACK
"""

from __future__ import annotations

from squall.core import events
from squall.core.clock import Clock
from squall.core.errors import LabError
from squall.lab.components import DatabaseComponent
from squall.lab.lab import Lab

WORDS = "current transaction is aborted"


class AbortedStatementsCounter:
    """Counts before and after the load. A server whose log is unknown is not counted."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._server: DatabaseComponent | None = None
        self._before = 0

    async def look_before(self) -> None:
        """Remember the server and what it has logged so far."""
        try:
            self._before = await self._lab.database.logged(WORDS)
        except (LabError, OSError):
            return
        self._server = self._lab.database

    async def look_after(self) -> None:
        """Publish the difference, unless another server is the primary now."""
        if self._server is None or self._server is not self._lab.database:
            return
        now = await self._lab.database.logged(WORDS)
        self._log(
            events.AbortedStatements(
                at=self._clock.now(), before=self._before, during=max(0, now - self._before)
            )
        )
