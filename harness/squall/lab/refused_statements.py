"""What the server itself refuses, counted in its log.

BEGIN ─ INSERT ✗ 40001 ─ INSERT ✗ 25P02 ─ INSERT ✗ 25P02        nothing can succeed before ROLLBACK
new session ─ SELECT … FROM items ✗ relation does not exist     the first ones had a search_path
"""

from __future__ import annotations

from collections.abc import Mapping

from squall.core import events
from squall.core.clock import Clock
from squall.core.errors import LabError
from squall.core.server_events import ABORTED, DEADLOCKED, ENDED, READ_ONLY, TAKEN, UNSEEN
from squall.lab.components import DatabaseComponent
from squall.lab.lab import Lab

WORDS: Mapping[str, tuple[str, ...]] = {
    ABORTED: ("current transaction is aborted",),
    ENDED: ("terminating connection due to administrator command",),
    DEADLOCKED: ("deadlock detected",),
    TAKEN: ('" already exists',),
    READ_ONLY: ("in a read-only transaction",),
    UNSEEN: ('" does not exist at character', "permission denied for"),
}


OUR_OWN = 'relation "injected error'
"""The fault wire.error_reply lets a COMMIT fail by a table that is not there."""


class RefusedStatements:
    """Counts before and after the load. A server whose log is unknown is not counted."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._server: DatabaseComponent | None = None
        self._before: Mapping[str, int] = {}

    async def look_before(self) -> None:
        """Remember the server and what it has logged so far."""
        try:
            self._before = await self._counted()
        except (LabError, OSError):
            return
        self._server = self._lab.database
        if self._lab.calm.refused is None:
            self._lab.calm.refused = self._before

    async def look_after(self) -> None:
        """Publish the differences, unless another server is the primary now."""
        if self._server is None or self._server is not self._lab.database:
            return
        calm = self._lab.calm.refused or self._before
        for why, now in (await self._counted()).items():
            before, at = calm[why], self._clock.now()
            during = max(0, now - self._before[why])
            self._log(events.StatementsRefused(at=at, why=why, before=before, during=during))

    async def _counted(self) -> Mapping[str, int]:
        logged = self._lab.database.logged
        found = {why: sum([await logged(one) for one in words]) for why, words in WORDS.items()}
        return found | {UNSEEN: found[UNSEEN] - await logged(OUR_OWN)}
