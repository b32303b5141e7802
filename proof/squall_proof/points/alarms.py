"""False alarms and repeats: sweeps and races of the reference app, and one cell many times."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from squall.config.profile import REFERENCE
from squall.lab.lab_options import LabOptions
from squall.racing.racer import RaceOptions, races_in
from squall.sweeping.cells import parse_cell
from squall.sweeping.sweep_result import Status
from squall.sweeping.sweeper import SweepOptions, run_sweep, sweep_in
from squall.sweeping.tapped_lab import tapped_lab

Say = Callable[[str], None]


@dataclass(slots=True)
class Alarms:
    """What was run, and what failed of it."""

    run: int = 0
    failed: int = 0
    seconds: float = 0.0


async def sweep_reference(times: int, seed: int, jobs: int, say: Say) -> Alarms:
    """Whole sweeps, each in labs of its own and with a seed of its own."""
    total = Alarms()
    for turn in range(times):
        options = LabOptions(profile=REFERENCE, seed=seed + turn)
        result = await run_sweep(options, SweepOptions(jobs=jobs))
        total.run += 1
        total.failed += bool(result.failed) or not result.exercised
        total.seconds += result.seconds
        say(f"sweep {turn + 1}: {result.headline}, {result.seconds:.1f} s")
        for one in result.failed:
            say(f"    {one.cell.id}: {one.problems[0].text}")
        for one in result.results:
            if one.status is Status.NOT_EXERCISED:
                say(f"    {one.cell.id}: not exercised: {one.answer}")
    return total


async def race_reference(races: int, limit: float, seed: int, say: Say) -> Alarms:
    """At least this many races in one lab, all of them again and again; fewer after the limit."""
    total = Alarms()
    began = time.monotonic()
    async with tapped_lab(LabOptions(profile=REFERENCE, seed=seed)) as room:
        while total.run < races and time.monotonic() - began < limit:
            result = await races_in(room, RaceOptions())
            total.run += result.held
            total.failed += len(result.failed)
            total.seconds = time.monotonic() - began
            for one in result.failed:
                say(f"    {one.id}: {one.problems[0]}")
    return total


async def repeat_cell(options: LabOptions, cell: str, times: int) -> dict[str, int]:
    """How often a cell ended in which way, in one lab."""
    seen: dict[str, int] = {}
    async with tapped_lab(options) as room:
        for _ in range(times):
            result = await sweep_in(room, SweepOptions(cells=(parse_cell(cell),)))
            for one in result.results:
                word = one.worst.value if one.problems else one.status.value
                seen[word] = seen.get(word, 0) + 1
    return seen
