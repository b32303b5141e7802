"""A slot for one lab: starts a lab when a run needs it, and makes room for a new one.

ensure() ──▶ lab up ──▶ run ──▶ run ──▶ tainted or broken ──▶ discard() ──▶ ensure() ──▶ …
"""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from squall.history.coverage import Coverage
from squall.lab.lab import Lab, lab
from squall.runner.emitter import Emitter
from squall.runner.labs_at_once import LabsAtOnce
from squall.runner.result import LabFailure
from squall.runner.suite_events import LabEnded, LabStarted, SuiteGroup
from squall.runner.unsteady import LighterLoad

log = logging.getLogger(__name__)


@dataclass(slots=True)
class LabTally:
    """Counts over the labs of the whole suite."""

    started: int = 0
    failed: list[LabFailure] = field(default_factory=list)
    hung_in_a_row: int = 0
    """Labs whose engine hung, since the last run that ended."""
    labs: LabsAtOnce = field(default_factory=LabsAtOnce)
    coverage: Coverage | None = None
    """The coverage of the lab with the lowest coverage."""

    def count(self, coverage: Coverage) -> None:
        """Count a lab that has started."""
        self.started += 1
        self.recount(coverage)

    def recount(self, coverage: Coverage) -> None:
        """Keep the lower coverage."""
        if coverage.operations and (self.coverage is None or coverage.share < self.coverage.share):
            self.coverage = coverage


class LabSlot:
    """At most one lab of a group at a time."""

    def __init__(self, group: SuiteGroup, emitter: Emitter, tally: LabTally) -> None:
        self.group = group
        self.tally = tally
        self.lab: Lab | None = None
        self.used = False
        """Whether a run has ended in this lab."""
        self._emitter = emitter
        self._stack = AsyncExitStack()
        self._replaces = False
        self.lighter = LighterLoad()

    async def ensure(self) -> Lab:
        """The lab, started now if needed.

        Raises:
            LabError: it does not start.
        """
        if self.lab is None:
            name, begun = self.group.options.profile.name, self._emitter.now()
            log.info("lab for %s: starting", name)
            self.lab = await self._stack.enter_async_context(lab(self.group.options))
            seconds, replaces = self._emitter.now() - begun, self._replaces
            self._replaces = True
            self.lighter.apply(self.lab)
            self.tally.count(self.lab.coverage)
            log.info("lab for %s: up after %.2f s, in %s", name, seconds, self.lab.directory)
            at, group = begun + seconds, self.group
            await self._emitter.emit(
                LabStarted(at=at, group=group, lab=self.lab, seconds=seconds, replaces=replaces)
            )
        return self.lab

    async def discard(self) -> None:
        """End the lab, if there is one. The next run gets a new one."""
        there, self.lab, self.used = self.lab, None, False
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()
        if there is not None:
            log.info("lab for %s: ended", self.group.options.profile.name)
            await self._emitter.emit(LabEnded(at=self._emitter.now(), group=self.group))
