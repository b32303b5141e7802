"""Every pattern under every outage, each cell in its own lab, so that no cell affects another.

A pattern that cannot start, or dies, is a result. A lab that breaks is not; the cell says so.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from squall.core.errors import LabError
from squall.gates.validity.generator_kept_up import GeneratorKeptUp
from squall.gates.validity.steady_state import SteadyState
from squall.gates.verdict import Finding, Verdict
from squall.lab.lab import Lab, lab
from squall.lab.lab_options import LabOptions
from squall.runner.result import LabFailure, Run
from squall.runner.retry_policy import RetryPolicy
from squall.runner.suite import Suite
from squall.runner.suite_events import (
    LabFailed,
    ScenarioFinished,
    ScenarioSkipped,
    SuiteEvent,
    SuiteGroup,
)
from squall.scenario.model import Scenario

from squall_proof.patterns.pattern_gallery import Pattern
from squall_proof.patterns.throughput import SteadyReads, better, steady

BEFORE_SECONDS = 1.0
"""Long enough for forty answers of the slowest pattern on a busy machine."""

RATE_PER_SECOND = 100.0
"""Maximum load. The pattern that connects for each request costs most, and must be healthy
with it.
"""

MORE_TRIES = 2
"""An inconclusive run is repeated, at the end and alone: see :func:`untold`."""

TOLD_BY = (SteadyState.name, GeneratorKeptUp.name)
"""Validity checks about the machine, or the pattern without a fault, rather than the outage."""

AFTER_SECONDS = 2.0
"""How long requests are observed after the heal, longer than the reference needs: the patterns
recover at different speeds, and the matrix compares them.
"""

STANDARD_TAG = "smoke"
STANDARD_NAMES = (
    "half-dead-connection-after-idle",
    "database-frozen",
    "replica-promoted-read-only",
    "too-many-connections",
)
"""In addition to the tag: outages that distinguish the patterns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One pattern under one outage."""

    pattern: Pattern
    outage: Scenario
    run: Run | None = None
    trouble: str = ""
    """Why there is no run."""
    blames_app: bool = False
    """Whether the app prevented the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternMatrix:
    """All measurements of one run, on one machine."""

    patterns: Sequence[Pattern]
    outages: Sequence[Scenario]
    cells: Sequence[Cell]
    steady: Sequence[SteadyReads]
    skipped: Sequence[tuple[Pattern, str]]
    """What could not be run here, with the reason."""
    seed: int
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternPlan:
    """What to measure, and who receives the progress."""

    patterns: Sequence[Pattern]
    outages: Sequence[Scenario]
    seed: int
    engine: str = "embedded"
    jobs: int = 1
    throughput: bool = True
    on_steady: Callable[[SteadyReads], None] = lambda _steady: None
    on_cell: Callable[[Cell, Lab | None], None] = lambda _cell, _lab: None
    """Called while the cell's lab still has its logs."""

    def options(self, pattern: Pattern) -> LabOptions:
        """The pattern's lab."""
        return LabOptions(profile=pattern.profile(), engine=self.engine, seed=self.seed)


def standard(outages: Sequence[Scenario]) -> list[Scenario]:
    """The outages that are run by default."""
    return [
        outage for outage in outages if STANDARD_TAG in outage.tags or outage.name in STANDARD_NAMES
    ]


def fair(outage: Scenario) -> Scenario:
    """The outage with a load that all patterns sustain, and time for slow recoveries; the same
    gates.
    """
    return dataclasses.replace(
        outage,
        load=dataclasses.replace(
            outage.load, rate_per_second=min(outage.load.rate_per_second, RATE_PER_SECOND)
        ),
        before_seconds=max(outage.before_seconds, BEFORE_SECONDS),
        after_seconds=max(outage.after_seconds, AFTER_SECONDS),
    )


async def measure(plan: PatternPlan) -> PatternMatrix:
    """Throughput first, one pattern at a time on an idle machine; then the outages in parallel."""
    missing = {pattern.name: pattern.missing() for pattern in plan.patterns}
    there = [pattern for pattern in plan.patterns if not missing[pattern.name]]
    outages = [fair(outage) for outage in plan.outages]
    figures = await _calm(plan, there) if plan.throughput else []
    pairs = [(pattern, outage) for pattern in there for outage in outages]
    cells = await _all(plan, there)
    return PatternMatrix(
        patterns=there,
        outages=outages,
        cells=[cells[pattern.name, outage.name] for pattern, outage in pairs],
        steady=figures,
        skipped=[(p, missing[p.name]) for p in plan.patterns if missing[p.name]],
        seed=plan.seed,
        engine=plan.engine,
    )


async def _calm(plan: PatternPlan, patterns: Sequence[Pattern]) -> list[SteadyReads]:
    """Measure twice, in both orders, so that no pattern benefits alone from a quiet machine."""
    found: dict[str, SteadyReads] = {}
    for pattern in (*patterns, *reversed(patterns)):
        new = await _steady(plan, pattern)
        found[pattern.name] = better(found.get(pattern.name, new), new)
    for pattern in patterns:
        plan.on_steady(found[pattern.name])
    return [found[pattern.name] for pattern in patterns]


async def _steady(plan: PatternPlan, pattern: Pattern) -> SteadyReads:
    try:
        async with lab(plan.options(pattern)) as running:
            return await steady(pattern.name, running)
    except LabError as error:
        return SteadyReads(pattern=pattern.name, trouble=_first_line(str(error)))


async def _all(plan: PatternPlan, patterns: Sequence[Pattern]) -> dict[tuple[str, str], Cell]:
    """Every cell, ``jobs`` at a time; then inconclusive ones alone."""
    groups = [
        SuiteGroup(
            scenarios=[fair(outage) for outage in plan.outages],
            options=plan.options(pattern),
            key=pattern.name,
            max_labs=plan.jobs,
        )
        for pattern in patterns
    ]
    cells = _Cells(plan)
    await Suite(groups, jobs=plan.jobs, policy=POLICY, listeners=[cells]).run()
    return cells.found


class _Cells:
    """A listener that turns the suite's events into cells."""

    def __init__(self, plan: PatternPlan) -> None:
        self.found: dict[tuple[str, str], Cell] = {}
        self._plan = plan
        self._patterns = {pattern.name: pattern for pattern in plan.patterns}

    def __call__(self, event: SuiteEvent) -> Awaitable[None] | None:
        """In a thread, while the cell's lab still has its logs."""
        match event:
            case ScenarioFinished(run=run):
                cell = Cell(pattern=self._patterns[event.group.key], outage=run.scenario, run=run)
                self._keep(cell)
                return asyncio.to_thread(self._plan.on_cell, cell, event.lab)
            case LabFailed(failure=failure):
                self._without_a_run(event.group, failure)
            case ScenarioSkipped(group=SuiteGroup() as group, skipped=left):
                self._without_a_run(group, LabFailure(scenario=left.scenario, reason=left.reason))
        return None

    def _without_a_run(self, group: SuiteGroup, failure: LabFailure) -> None:
        cell = Cell(
            pattern=self._patterns[group.key],
            outage=failure.scenario,
            trouble=_first_line(failure.reason),
            blames_app=failure.app_failed,
        )
        self._keep(cell)
        self._plan.on_cell(cell, None)

    def _keep(self, cell: Cell) -> None:
        self.found[cell.pattern.name, cell.outage.name] = cell


def untold(run: Run) -> Finding | None:
    """Why a run is inconclusive about the outage; None if it is not."""
    guards = [run.finding(name) for name in TOLD_BY]
    return next((guard for guard in guards if guard.verdict is not Verdict.PASS), None)


def proves_nothing(run: Run) -> bool:
    """Whether a run is inconclusive about the outage."""
    return untold(run) is not None


POLICY = RetryPolicy(
    tries=1 + MORE_TRIES,
    proves_nothing=proves_nothing,
    repeat_alone=True,
    labs_per_scenario=1,
    max_failed_labs=None,
    fresh_lab_each=True,
    first_lab_must_start=False,
)
"""A pattern that cannot start, or dies, is a result. For a failed lab, the cell says so."""


def _first_line(reason: str) -> str:
    """What went wrong, without the end of the app's log."""
    return reason.partition("\n")[0].partition("; its last words")[0].rstrip(":")
