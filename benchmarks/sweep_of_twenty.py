"""A whole sweep of an app with twenty operations on ten tables, from the labs to the last result.

Figure: at most 60 seconds. The app has time-outs of a second, which is what silence costs.
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
from squall.sweeping.sweeper import SweepOptions, run_sweep

JOBS = [int(word) for word in os.environ.get("SQUALL_BENCH_LABS", "1,2").split(",")]
FIGURE = 60.0


def main() -> int:
    """Print a line for each number of labs; the exit code says whether the figure was met."""
    best = float("inf")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        app = counters(Path(name), pairs=10, tables=10)
        for jobs in JOBS:
            began = time.monotonic()
            options = LabOptions(profile=app, seed=4)
            result = asyncio.run(run_sweep(options, SweepOptions(jobs=jobs)))
            seconds = time.monotonic() - began
            best = min(best, seconds)
            print(f"{jobs} labs: {result.headline}, {seconds:.1f} s", flush=True)
    met = record("sweep of twenty operations", best, at_most=FIGURE, unit="s").met
    print(f"best: {best:.1f} s; figure: {FIGURE:.0f} s")
    return 0 if met else MISSED


if __name__ == "__main__":
    sys.exit(main())
