"""Races from Python: one call, one result."""

from __future__ import annotations

import asyncio

from squall.lab.lab_options import LabOptions
from squall.racing.race_result import RacesResult
from squall.racing.racer import RaceOptions, run_races


def races(
    options: LabOptions, *, only: tuple[str, ...] = (), races: tuple[str, ...] = (), jobs: int = 1
) -> RacesResult:
    """Run pairs of requests in every interleaving. For code without an event loop.

    Args:
        options: the app and its lab.
        only: operations by name; all if empty.
        races: races by their ids, such as ``place-order+place-order:after-2``; all if empty.
        jobs: labs at the same time, if there is enough to do.

    Raises:
        LabError: the lab broke, or its server cannot report what was committed.
        UsageError: an operation or a race does not exist.
    """
    return asyncio.run(run_races(options, RaceOptions(only=only, races=races, jobs=jobs)))
