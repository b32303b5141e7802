"""Notice and name components that exit although nothing stopped them.

    run ──────────────▶ verdict
     └─ engine ended ──▶ ComponentEnded, the run is cut short ──▶ ComponentLost: no verdict

The app is not watched here: a gate judges its exits during a run.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Protocol, TypeVar

from squall.core import events
from squall.core.clock import Clock
from squall.core.errors import ComponentLost
from squall.core.run_to_end import run_until

T = TypeVar("T")

LOOK_SECONDS = 0.02
"""Seconds between two checks of process states that this process already knows."""

CUT_SECONDS = 15.0
"""Time limit for a run that is cut short: the heal of a fault has 10 s."""

REPORT_SECONDS = 1.0
"""Time limit for the kernel's report of an exit after the run has failed for it: a connection is
refused before the event loop hears of the signal SIGCHLD.
"""


class Watched(Protocol):
    """A component that reports its exit."""

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not. The value stays."""


class ComponentWatch:
    """Watches the components of one lab."""

    def __init__(self, components: Mapping[str, Watched | None], clock: Clock) -> None:
        """``components``: by name; None for one that this lab does not have."""
        self._components = {name: one for name, one in components.items() if one is not None}
        self._clock = clock

    def lost(self) -> list[events.ComponentEnded]:
        """All components that have exited unexpectedly so far."""
        ends = {name: one.unasked_end for name, one in self._components.items()}
        now = self._clock.now()
        return [
            events.ComponentEnded(at=now, component=name, how=how)
            for name, how in ends.items()
            if how
        ]

    async def guard(self, work: Coroutine[Any, Any, T], log: events.Listener) -> T:
        """The result of ``work``, which is cancelled if a component exits meanwhile.

        Raises:
            ComponentLost: with the name of the first one; ``log`` gets an event for each.
        """
        lost: list[events.ComponentEnded] = []

        def look() -> bool:
            lost[:] = self.lost()
            return bool(lost)

        task = await run_until(look, work, look_seconds=LOOK_SECONDS, end_seconds=CUT_SECONDS)
        if not lost and not task.cancelled() and task.exception() is not None:
            await self._wait_for_report()
        if not lost and not look():
            return task.result()
        for event in lost:
            log(event)
        error = None if task.cancelled() or not task.done() else task.exception()
        raise ComponentLost(lost[0].component, lost[0].how) from error

    async def _wait_for_report(self) -> None:
        """Give a component that made the run fail the time to be reported as lost."""
        ends = self._clock.now() + REPORT_SECONDS
        while not self.lost() and self._clock.now() < ends:
            await self._clock.sleep(LOOK_SECONDS)
