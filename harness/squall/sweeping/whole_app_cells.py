"""Fault points of the app as a whole: readiness, start-up, callers at once, a known outage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from squall.sweeping.acknowledged_cell import acknowledged_cells, run_acknowledged_cell
from squall.sweeping.burst_cells import burst_cells, run_burst_cell
from squall.sweeping.cells import ACKNOWLEDGED, BURST, LEFTOVERS, OUTAGE, READINESS, START_UP, Cell
from squall.sweeping.leftover_cells import leftover_cells, run_leftover_cell
from squall.sweeping.outage_cell import outage_cells, run_outage_cell
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.readiness_cells import readiness_cells, run_readiness_cell
from squall.sweeping.run_cell import CellRunner
from squall.sweeping.start_up_cell import run_start_up_cell, start_up_cells
from squall.sweeping.sweep_result import CellResult
from squall.sweeping.tapped_lab import TappedLab

RunCell = Callable[[CellRunner, Cell, StatementProfile], Awaitable[CellResult]]

WHOLE_APP: Mapping[str, RunCell] = {
    READINESS: run_readiness_cell,
    OUTAGE: run_outage_cell,
    ACKNOWLEDGED: run_acknowledged_cell,
    LEFTOVERS: run_leftover_cell,
    BURST: run_burst_cell,
    START_UP: run_start_up_cell,
}
"""Name of the pseudo-operation, and what runs its cells."""


def whole_app_cells(room: TappedLab) -> list[Cell]:
    """Those that this app and this lab allow."""
    cells = readiness_cells() if room.lab.profile.has_readiness else []
    return [
        *cells,
        *outage_cells(),
        *acknowledged_cells(room),
        *leftover_cells(),
        *burst_cells(),
        *start_up_cells(room),
    ]
