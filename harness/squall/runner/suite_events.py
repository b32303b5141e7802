"""Events of a suite: the suite emits them, reports listen.

    SuiteStarted  ScenarioSkipped*
      LabStarted
        ScenarioStarted  RunProgress*  ScenarioRepeated | LabFailed | ScenarioFinished
      LabEnded  LabsReduced*
    TimeLimitReached*
    SuiteFinished

A listener may return an awaitable. The suite waits for it before that lab continues, so the lab
still has what the listener reads. A run does not wait for listeners of :class:`RunProgress`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from squall.core import events
from squall.history.coverage import Coverage
from squall.lab.lab_options import LabOptions
from squall.runner.result import LabFailure, NotRun, Run, without_a_run
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped

if TYPE_CHECKING:
    from squall.lab.lab import Lab


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteGroup:
    """Scenarios that run against one app, and may share its labs."""

    scenarios: Sequence[Scenario]
    options: LabOptions
    key: str = ""
    """The client's name for it."""
    max_labs: int = 1
    """Labs of this group at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteEvent:
    """Base of all events of a suite."""

    at: float
    """Seconds of the monotonic clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteStarted(SuiteEvent):
    """Emitted before anything is started."""

    groups: Sequence[SuiteGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class _InGroup(SuiteEvent):
    group: SuiteGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class LabStarted(_InGroup):
    """A lab is up."""

    lab: Lab
    seconds: float
    replaces: bool
    """Whether it replaces a lab that could not be used any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabEnded(_InGroup):
    """A lab has ended, with everything that it had started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabsReduced(SuiteEvent):
    """One lab less runs from now on: the machine was too busy for all of them."""

    left: int
    """Labs that go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSkipped(SuiteEvent):
    """A scenario is not run: by choice, or because its lab does not support it."""

    skipped: Skipped
    group: SuiteGroup | None = None
    """None if it was skipped by choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimitReached(SuiteEvent):
    """The scenarios that still waited are not run."""

    left: Sequence[Skipped]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioStarted(_InGroup):
    """A run of a scenario starts in a lab that is up."""

    scenario: Scenario
    lab: Lab


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress(_InGroup):
    """Something happened in a run."""

    scenario: Scenario
    event: events.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRepeated(_InGroup):
    """A run does not count; the scenario runs again."""

    run: Run
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFinished(_InGroup):
    """A scenario has its verdict. The lab is still up."""

    run: Run
    lab: Lab


@dataclass(frozen=True, slots=True, kw_only=True)
class LabFailed(_InGroup):
    """A lab did not start, or broke under a scenario. This proves nothing about the app."""

    failure: LabFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteResult:
    """The result of a suite."""

    runs: Sequence[Run] = ()
    """Runs with a verdict, in the order in which the scenarios were given."""
    failures: Sequence[LabFailure] = ()
    """Every lab that failed, even if a repeat has a verdict."""
    skipped: Sequence[Skipped] = ()
    coverage: Coverage | None = None
    """Which operations of the app's API the load requested; None if no lab has measured it."""

    @property
    def not_run(self) -> NotRun:
        """What reports contain in addition to the runs."""
        return NotRun(broken=self.failures, skipped=self.skipped)

    @property
    def unproven(self) -> list[LabFailure]:
        """Scenarios without a run because labs failed, without duplicates."""
        return without_a_run(self.runs, self.failures)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFinished(SuiteEvent):
    """The last event, also of an interrupted suite."""

    result: SuiteResult
    interrupted: bool = False
    error: BaseException | None = field(default=None, repr=False)
    """What ended the suite early."""


SuiteListener = Callable[[SuiteEvent], Awaitable[None] | None]
