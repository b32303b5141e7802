"""The sweep from Python: one call, one result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from squall.config.profile import REFERENCE
from squall.lab.lab_options import LabOptions
from squall.sweeping.baseline import read_baseline
from squall.sweeping.cells import parse_cell
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import SweepResult
from squall.sweeping.sweeper import SweepOptions, run_sweep


def sweep(
    options: LabOptions,
    *,
    only: Sequence[str] = (),
    cells: Sequence[str] = (),
    exhaustive: bool = False,
    baseline: str | Path | None = None,
    min_survived: float = 100.0,
    jobs: int = 1,
) -> SweepResult:
    """Fail each statement of each operation once. The result is true when the limits hold.

    Args:
        options: the app and its lab.
        only: operations by name; all if empty.
        cells: fault points by their ids, such as ``place-order/3/cut_after/once``; all if empty.
        exhaustive: also run pruned cells.
        baseline: a file of an earlier sweep: only fault points that are worse than it count.
        min_survived: least fault-point coverage in per cent, without a baseline.
        jobs: labs at the same time, if there is enough to do.

    Raises:
        LabError: the lab broke, or no operation can be profiled.
        UsageError: an operation or a fault point does not exist, or the baseline cannot be read.
    """
    wanted = SweepOptions(
        only=tuple(only), cells=tuple(parse_cell(text) for text in cells), exhaustive=exhaustive,
        limits=limits_of(baseline, min_survived), reproduce=_command(options), jobs=jobs,
    )  # fmt: skip
    return asyncio.run(run_sweep(options, wanted))


def limits_of(baseline: str | Path | None, min_survived: float) -> SweepLimits:
    """The limits. Raises UsageError if the baseline cannot be read."""
    if baseline is None:
        return SweepLimits(min_survived=min_survived)
    return replace(read_baseline(Path(baseline)), min_survived=min_survived)


def _command(options: LabOptions) -> str:
    """Repeats a cell in the directory of the app; a profile made in code has no other command."""
    app = " --app reference" if options.profile.name == REFERENCE.name else ""
    return f"squall sweep{app} --seed {options.seed} --cell {{cell}}"
