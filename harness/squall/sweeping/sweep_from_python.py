"""The sweep from Python: one call, one result."""

from __future__ import annotations

import asyncio

from squall.lab.lab_options import LabOptions
from squall.sweeping.cells import parse_cell
from squall.sweeping.sweep_result import SweepResult
from squall.sweeping.sweeper import SweepOptions, run_sweep


def sweep(
    options: LabOptions,
    *,
    only: tuple[str, ...] = (),
    cells: tuple[str, ...] = (),
    exhaustive: bool = False,
) -> SweepResult:
    """Fail each statement of each operation once. For code without an event loop.

    Args:
        options: the app and its lab.
        only: operations by name; all if empty.
        cells: fault points by their ids, such as ``place-order/3/cut_after/once``; all if empty.
        exhaustive: also run pruned cells.

    Raises:
        LabError: the lab broke, or no operation can be profiled.
        UsageError: an operation or a fault point does not exist.
    """
    parsed = tuple(parse_cell(text) for text in cells)
    wanted = SweepOptions(only=only, cells=parsed, exhaustive=exhaustive)
    return asyncio.run(run_sweep(options, wanted))
