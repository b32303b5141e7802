"""Every pattern under every outage: each cell in a lab of its own, whatever the one before broke.

A pattern that cannot start, or dies, is a result. A lab that breaks is none: such a cell says so.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.checkers.guards import GeneratorKeptUp, SteadyState
from harness.checkers.verdict import Finding, Verdict
from harness.core import events
from harness.core.errors import AppFailed, LabError
from harness.patterns.gallery import Pattern
from harness.patterns.throughput import Steady, better, steady
from harness.scenario.lab import Lab, lab
from harness.scenario.lab_options import LabOptions
from harness.scenario.model import Scenario
from harness.scenario.runner import Run, Runner

BEFORE_SECONDS = 1.0
"""Long enough for forty answers of the slowest pattern on a busy machine."""

RATE_PER_SECOND = 100.0
"""At most so much load: a connection for each request costs the most, and must be well in calm."""

MORE_TRIES = 2
"""A run that says nothing is done again, at the end and alone: see :func:`untold`."""

TOLD_BY = (SteadyState.name, GeneratorKeptUp.name)
"""Guards that speak of the machine, or of the pattern in calm, and not of the outage."""

AFTER_SECONDS = 2.0
"""Callers are watched for so long after the heal, longer than the reference needs: the patterns
recover in their own time, and that time is what the matrix tells."""

STANDARD_TAG = "smoke"
STANDARD_NAMES = (
    "half-dead-connection-after-idle",
    "database-frozen",
    "replica-promoted-read-only",
    "too-many-connections",
)
"""Beside the tag: those that tell the patterns apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One pattern under one outage."""

    pattern: Pattern
    outage: Scenario
    run: Run | None = None
    trouble: str = ""
    """Why there is no run."""
    blames_app: bool = False
    """Whether the app is what kept the run from happening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All that was measured in one go, on one machine."""

    patterns: Sequence[Pattern]
    outages: Sequence[Scenario]
    cells: Sequence[Cell]
    steady: Sequence[Steady]
    skipped: Sequence[tuple[Pattern, str]]
    """What could not be tried here, with the reason."""
    seed: int
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be measured, and who hears of it."""

    patterns: Sequence[Pattern]
    outages: Sequence[Scenario]
    seed: int
    engine: str = "embedded"
    jobs: int = 1
    throughput: bool = True
    on_steady: Callable[[Steady], None] = lambda _steady: None
    on_cell: Callable[[Cell, Lab | None], None] = lambda _cell, _lab: None
    """Called while the cell's lab still has its logs."""

    def options(self, pattern: Pattern) -> LabOptions:
        """The pattern's lab."""
        return LabOptions(profile=pattern.profile(), engine=self.engine, seed=self.seed)


Pair = tuple[Pattern, Scenario]


def standard(outages: Sequence[Scenario]) -> list[Scenario]:
    """The outages that are run when none is named."""
    return [
        outage for outage in outages if STANDARD_TAG in outage.tags or outage.name in STANDARD_NAMES
    ]


def fair(outage: Scenario) -> Scenario:
    """The outage with a load that all can bear, and time for slow recoveries; the same gates."""
    return dataclasses.replace(
        outage,
        load=dataclasses.replace(
            outage.load, rate_per_second=min(outage.load.rate_per_second, RATE_PER_SECOND)
        ),
        before_seconds=max(outage.before_seconds, BEFORE_SECONDS),
        after_seconds=max(outage.after_seconds, AFTER_SECONDS),
    )


async def measure(plan: Plan) -> Matrix:
    """Throughput first, one pattern at a time on an idle machine; then the outages in parallel."""
    missing = {pattern.name: pattern.missing() for pattern in plan.patterns}
    there = [pattern for pattern in plan.patterns if not missing[pattern.name]]
    outages = [fair(outage) for outage in plan.outages]
    figures = await _calm(plan, there) if plan.throughput else []
    pairs = [(pattern, outage) for pattern in there for outage in outages]
    cells = await _all(plan, pairs)
    return Matrix(
        patterns=there,
        outages=outages,
        cells=[cells[pattern.name, outage.name] for pattern, outage in pairs],
        steady=figures,
        skipped=[(p, missing[p.name]) for p in plan.patterns if missing[p.name]],
        seed=plan.seed,
        engine=plan.engine,
    )


async def _calm(plan: Plan, patterns: Sequence[Pattern]) -> list[Steady]:
    """Twice, there and back, so that nobody has the machine's good minute for himself."""
    found: dict[str, Steady] = {}
    for pattern in (*patterns, *reversed(patterns)):
        new = await _steady(plan, pattern)
        found[pattern.name] = better(found.get(pattern.name, new), new)
    for pattern in patterns:
        plan.on_steady(found[pattern.name])
    return [found[pattern.name] for pattern in patterns]


async def _steady(plan: Plan, pattern: Pattern) -> Steady:
    try:
        async with lab(plan.options(pattern)) as running:
            return await steady(pattern.name, running)
    except LabError as error:
        return Steady(pattern=pattern.name, trouble=_first_line(error))


async def _all(plan: Plan, pairs: Sequence[Pair]) -> dict[tuple[str, str], Cell]:
    """Every cell, ``jobs`` at a time; then alone those that said nothing."""
    cells: dict[tuple[str, str], Cell] = {}
    waiting, again = list(pairs), list[Pair]()

    async def work() -> None:
        while waiting:
            pattern, outage = waiting.pop(0)
            cell = await _cell(plan, pattern, outage, last=False)
            if cell is None:
                again.append((pattern, outage))
            else:
                cells[pattern.name, outage.name] = cell

    async with asyncio.TaskGroup() as group:
        for _ in range(min(plan.jobs, len(waiting))):
            group.create_task(work())
    for pattern, outage in again:
        for left in reversed(range(MORE_TRIES)):
            cell = await _cell(plan, pattern, outage, last=left == 0)
            if cell is not None:
                cells[pattern.name, outage.name] = cell
                break
    return cells


async def _cell(plan: Plan, pattern: Pattern, outage: Scenario, *, last: bool) -> Cell | None:
    """One cell; None when it says nothing and there is another chance."""
    try:
        async with lab(plan.options(pattern)) as running:
            run = await Runner(running).run(outage, seed=plan.seed, listener=_deaf)
            if not last and untold(run) is not None:
                return None
            cell = Cell(pattern=pattern, outage=outage, run=run)
            await asyncio.to_thread(plan.on_cell, cell, running)
            return cell
    except LabError as error:
        told = _first_line(error)
        blamed = isinstance(error, AppFailed)
    cell = Cell(pattern=pattern, outage=outage, trouble=told, blames_app=blamed)
    plan.on_cell(cell, None)
    return cell


def untold(run: Run) -> Finding | None:
    """Why a run says nothing about the outage; None when it says something."""
    guards = [run.finding(name) for name in TOLD_BY]
    return next((guard for guard in guards if guard.verdict is not Verdict.PASS), None)


def _first_line(error: LabError) -> str:
    """What went wrong, without anybody's last words."""
    return str(error).partition("\n")[0].partition("; its last words")[0].rstrip(":")


def _deaf(_event: events.Event) -> None:
    """Nobody watches live."""
