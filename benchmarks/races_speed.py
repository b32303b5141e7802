"""Races of an app with ten operations on one table, five of which write in a transaction.

Figure: at most 120 seconds, from the labs being asked for to the last result; no race fails.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from common.counters import counters
from common.figures import MISSED, record
from squall.lab.lab_options import LabOptions
from squall.racing.racer import RaceOptions, run_races

JOBS = [int(word) for word in os.environ.get("SQUALL_BENCH_LABS", "1,2").split(",")]
FIGURE = 120.0


def main() -> int:
    """Print a line for each number of labs; the exit code says whether the figure was met."""
    best, failed = float("inf"), 0
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        app = counters(Path(name), pairs=5, tables=1)
        for jobs in JOBS:
            began = time.monotonic()
            options = LabOptions(profile=app, seed=4)
            result = asyncio.run(run_races(options, RaceOptions(jobs=jobs)))
            seconds = time.monotonic() - began
            best, failed = min(best, seconds), failed + len(result.failed)
            print(f"{jobs} labs: {result.headline}, {seconds:.1f} s", flush=True)
            for one in result.failed[:5]:
                print(f"  {one.id}: {one.problems[0]}")
    met = record("races of ten operations", best, at_most=FIGURE, unit="s").met
    print(f"best: {best:.1f} s; figure: {FIGURE:.0f} s")
    return 0 if met and not failed else MISSED


if __name__ == "__main__":
    sys.exit(main())
