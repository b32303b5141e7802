"""What reached the stand-ins of HTTP upstreams in a run, by method, path and status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from squall_faults import FaultError
from squall_faults.ports import UpstreamServer, UpstreamTally

from squall.core import events
from squall.core.clock import Clock
from squall.lab.components import DependencyComponent

if TYPE_CHECKING:
    from squall.lab.lab import Lab

MAX_TOLD = 5
"""Different requests without an answer that are named."""
NOT_FOUND = 404


def stand_in_of(one: DependencyComponent) -> UpstreamServer | None:
    """The stand-in that this dependency is; None for another server."""
    return one if isinstance(one, UpstreamServer) else None


async def read_tallies(lab: Lab) -> Mapping[str, UpstreamTally]:
    """What arrived so far, by name of the dependency. One that does not answer is left out."""
    found = {}
    for name, upstream in lab.upstreams.items():
        try:
            found[name] = await upstream.tally()
        except FaultError:
            continue  # it is busy or gone; the run itself reports that
    return found


async def requests_without_answer(lab: Lab) -> list[str]:
    """One line for each stand-in that was asked for what nobody declared."""
    told = []
    for name, tally in (await read_tallies(lab)).items():
        if tally.unknown:
            unknown = [
                f"{method} {path}"
                for (method, path, status), _ in tally.seen.items()
                if status == NOT_FOUND
            ]
            shown = ", ".join(unknown[:MAX_TOLD])
            told.append(
                f"{name}: no answer is declared for {shown}: the stand-in said 404"
                f" {tally.unknown} times"
            )
    return told


class UpstreamRecord:
    """The requests between the beginning and the end of a run."""

    def __init__(self, lab: Lab, clock: Clock, log: Callable[[events.Event], None]) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._before: Mapping[str, UpstreamTally] = {}

    async def look_before(self) -> None:
        """Remember what was there before the load."""
        self._before = await read_tallies(self._lab)

    async def look_after(self) -> None:
        """Publish what came since."""
        for name, tally in (await read_tallies(self._lab)).items():
            before = self._before[name].seen if name in self._before else {}
            since = {
                f"{method} {path} {status}": number - before.get((method, path, status), 0)
                for (method, path, status), number in tally.seen.items()
            }
            seen = {what: number for what, number in since.items() if number > 0}
            self._log(events.UpstreamRequests(at=self._clock.now(), name=name, seen=seen))
