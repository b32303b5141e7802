"""One app under a sweep, and under races if that finds nothing, until the first failure.

A mutant is caught if one fault point or one race fails. The same points are clean for the reference
app, which is measured beside it. The reference is also the baseline, as the branch that a pull
request is compared with: a point that it survives and the mutant refuses is counted by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from squall.config.profile import REFERENCE, AppProfile
from squall.core.errors import SquallError
from squall.lab.lab_options import LabOptions
from squall.racing.race_result import RaceResult, RaceStatus
from squall.racing.racer import RaceOptions, run_races
from squall.sweeping.baseline import limits_after
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import CellFailure, CellResult, Status
from squall.sweeping.sweeper import SweepOptions, run_sweep

from squall_proof.mutants.mutant_gallery import Mutant

Way = Literal["sweep", "baseline", "races", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointTrial:
    """What was found for one app."""

    name: str
    way: Way = ""
    """What caught it; empty if nothing did."""
    found: str = ""
    """The fault point or race, and what was wrong."""
    seconds: float = 0.0
    """From the start of the first lab to the first failure, or to the end."""
    points: int = 0
    races: int = 0
    unclear: str = ""
    """Why nothing is known: the lab failed, or no operation succeeds without a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPlan:
    """How the mutants are tried."""

    seed: int
    limit: float
    """Seconds of each sweep, and of the races."""
    jobs: int = 1
    limits: SweepLimits = field(default_factory=SweepLimits)
    """What the sound app survives."""


class _Caught(Exception):
    """Ends the run with the first failure."""


@dataclass(slots=True)
class _Watch:
    """Counts results and stops at the first failure that needs no baseline."""

    count: int = 0
    found: str = ""
    worse: str = ""
    """The first point that is only worse than the baseline."""

    def cell(self, one: CellResult) -> None:
        """Look at a fault point."""
        self.count += 1
        if one.status is Status.FAILED:
            told = f"{one.cell.id}: {one.problems[0].text}"
            if one.worst is CellFailure.WORSE:
                self.worse = self.worse or told
            else:
                self.found = told
                raise _Caught

    def race(self, one: RaceResult) -> None:
        """Look at a race."""
        self.count += 1
        if one.status is RaceStatus.FAILED:
            self.found = f"{one.id}: {one.problems[0]}"
            raise _Caught


async def try_mutants(
    mutants: Sequence[Mutant], plan: PointPlan, say: Callable[[PointTrial], None]
) -> list[PointTrial]:
    """Each in a lab of its own, some at the same time."""
    free = asyncio.Semaphore(plan.jobs)

    async def one(mutant: Mutant) -> PointTrial:
        async with free:
            trial = await try_app(mutant.profile(), mutant.name, plan)
        say(trial)
        return trial

    return list(await asyncio.gather(*map(one, mutants)))


async def sweep_sound(plan: PointPlan) -> SweepLimits:
    """What the reference app survives: the baseline."""
    result = await run_sweep(LabOptions(profile=REFERENCE, seed=plan.seed), SweepOptions())
    return limits_after(result)


async def try_app(profile: AppProfile, name: str, plan: PointPlan) -> PointTrial:
    """Sweep it for at most ``plan.limit`` seconds, then race it for as long."""
    options, limit = LabOptions(profile=profile, seed=plan.seed), plan.limit
    began = time.monotonic()
    swept, raced = _Watch(), _Watch()
    unclear = await _until_caught(
        lambda: run_sweep(
            options, SweepOptions(seconds=limit, on_result=swept.cell, limits=plan.limits)
        ),
        None,
    )
    if not (swept.found or swept.worse):
        unclear = unclear or await _until_caught(
            lambda: run_races(options, RaceOptions(on_result=raced.race)), limit
        )
    found = swept.found or swept.worse or raced.found
    way: Way = "sweep" if swept.found else "baseline" if swept.worse else "races"
    return PointTrial(
        name=name,
        way=way if found else "",
        found=found,
        seconds=time.monotonic() - began,
        points=swept.count,
        races=raced.count,
        unclear="" if found else unclear,
    )


async def _until_caught(run: Callable[[], Awaitable[object]], limit: float | None) -> str:
    """Why nothing is known; empty if it ran to its end, to the first failure, or to the limit."""
    try:
        with contextlib.suppress(TimeoutError, _Caught):
            async with asyncio.timeout(limit):
                await run()
    except SquallError as error:
        return str(error).splitlines()[0]
    return ""
