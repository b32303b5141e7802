"""The sweep: profile every operation, run every cell, and compute the coverage."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from squall.core.errors import LabError, UsageError
from squall.lab.lab_options import LabOptions
from squall.lab.wal import RowChange
from squall.scenario.sharding import Shard
from squall.sweeping.cells import WAITS, Cell, plan_cells
from squall.sweeping.profile_operation import NotProfiled, Profiler, StatementProfile
from squall.sweeping.readiness_cells import NAME, readiness_cells, run_readiness_cell
from squall.sweeping.run_batch import MAX_BATCH, run_batch
from squall.sweeping.run_cell import MAX_RESTARTS, CellRunner
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import (
    CellFailure,
    CellResult,
    Problem,
    Status,
    SweepResult,
    SweptOperation,
)
from squall.sweeping.sweep_shard import shard_of
from squall.sweeping.tapped_lab import TappedLab, tapped_lab

Restore = Callable[[Sequence[RowChange]], Awaitable[None]]

TRIES = 2
"""A cell whose fault did not act is tried again, because a background task may have interfered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """Options of a sweep."""

    exhaustive: bool = False
    only: tuple[str, ...] = ()
    """Operations by name; all if empty."""
    cells: tuple[Cell, ...] = ()
    """Run only these cells."""
    shard: Shard | None = None
    """One part of the cells only."""
    limits: SweepLimits = field(default_factory=SweepLimits)
    reproduce: str = "squall sweep --cell {cell}"
    on_result: Callable[[CellResult], None] | None = None
    on_plan: Callable[[int, int], None] | None = None
    """Called with the number of cells and of pruned ones before the first cell runs."""


async def run_sweep(lab_options: LabOptions, wanted: SweepOptions) -> SweepResult:
    """Sweep one app in a lab of its own.

    Raises:
        LabError: the lab broke, or no operation can be profiled.
        UsageError: an operation or a cell does not exist.
    """
    async with tapped_lab(lab_options) as room:
        return await sweep_in(room, wanted)


async def sweep_in(room: TappedLab, wanted: SweepOptions) -> SweepResult:
    """The same in a lab that is already running."""
    began = time.monotonic()
    profiles, left_out = await profile_all(room, wanted.only)
    profiled = time.monotonic()
    cells, pruned = plan_cells(profiles, exhaustive=wanted.exhaustive or bool(wanted.cells))
    if room.lab.profile.has_readiness and (wanted.cells or not wanted.only):
        cells += readiness_cells()
    if wanted.cells:
        cells, pruned = _known(wanted.cells, cells), []
    cells, part = shard_of(cells, wanted.shard, room.lab.options, wanted.limits)
    if wanted.on_plan is not None:
        wanted.on_plan(len(cells), len(pruned))
    done = await _run_all(room, profiles, cells, wanted)
    return SweepResult(
        target=room.lab.profile.name,
        seed=room.lab.options.seed,
        operations=[SweptOperation.of(profile) for profile in profiles],
        left_out=left_out,
        results=[done[cell] for cell in cells if cell in done],
        pruned=pruned,
        seconds=time.monotonic() - began,
        profile_seconds=profiled - began,
        reproduce=wanted.reproduce,
        notes=[*([part.label] if part else []), *_notes(room, len(cells) - len(done))],
        limits=wanted.limits,
        shard=part,
    )


def _notes(room: TappedLab, left: int) -> list[str]:
    notes = []
    if room.why_no_changes:
        notes.append(f"effects were not judged: {room.why_no_changes}")
    if left:
        notes.append(
            f"{left} fault points were not run: the app fell ill {MAX_RESTARTS} times, or did not"
            " come back; mend the failures above, or sweep one operation with --only"
        )
    return notes


async def profile_all(
    room: TappedLab, only: Sequence[str], restore: Restore | None = None
) -> tuple[list[StatementProfile], list[NotProfiled]]:
    """The profiles of all operations.

    Raises:
        UsageError: the operation does not exist.
        LabError: none can be profiled.
    """
    # An operation that only follows another one cannot be sent alone.
    operations = [one for one in room.lab.profile.operations if not one.after]
    names = [operation.name for operation in operations]
    for name in only:
        if name not in names:
            raise UsageError(f"--only {name}: no such operation; there are: {', '.join(names)}")
    profiler = Profiler(room.tap, room.client, room.source, room.changes, restore)
    found: list[StatementProfile] = []
    left_out: list[NotProfiled] = []
    for operation in operations:
        if not only or operation.name in only:
            one = await profiler.profile(operation)
            if isinstance(one, StatementProfile):
                found.append(one)
            else:
                left_out.append(one)
    if not found:
        reasons = "; ".join(f"{one.operation}: {one.reason}" for one in left_out)
        raise LabError(f"no operation can be swept: {reasons}")
    if room.changes is not None:
        await room.changes.cover_tables()
    return found, left_out


def _known(wanted: Sequence[Cell], cells: Sequence[Cell]) -> list[Cell]:
    for cell in wanted:
        if cell not in cells:
            near = [one.id for one in cells if one.operation == cell.operation][:3]
            hint = f"; there are, for example: {', '.join(near)}" if near else ""
            raise UsageError(f"--cell {cell.id}: there is no such cell{hint}")
    return list(wanted)


async def _run_all(
    room: TappedLab,
    profiles: Sequence[StatementProfile],
    cells: Sequence[Cell],
    wanted: SweepOptions,
) -> dict[Cell, CellResult]:
    by_name = {profile.operation.name: profile for profile in profiles}
    runner = CellRunner(room, profiles)
    done: dict[Cell, CellResult] = {}

    def note(result: CellResult) -> None:
        done[result.cell] = result
        if wanted.on_result is not None:
            wanted.on_result(result)

    waiting = [
        cell for cell in cells if cell.fault in WAITS and cell.mode == "once" and cell.index >= 0
    ]
    alone = [cell for cell in cells if cell not in set(waiting)]
    if len(waiting) > 1:
        for start in range(0, len(waiting), MAX_BATCH):
            batch = waiting[start : start + MAX_BATCH]
            found = await run_batch(runner, [(cell, by_name[cell.operation]) for cell in batch])
            for result in found:
                note(result)
            alone += [cell for cell in batch if cell not in done]
    else:
        alone += waiting
    for cell in alone:
        if runner.restarts >= MAX_RESTARTS:
            break
        note(await _one(runner, cell, by_name.get(cell.operation, profiles[0])))
    return done


async def _one(runner: CellRunner, cell: Cell, profile: StatementProfile) -> CellResult:
    for _ in range(TRIES):
        result = await _guarded(runner, cell, profile)
        if runner.ill or runner.room.lab.app.exit_code is not None:
            await runner.new_process()
        if result.status is not Status.NOT_EXERCISED:
            break
    return result


async def _guarded(runner: CellRunner, cell: Cell, profile: StatementProfile) -> CellResult:
    """An app that exits during a cell is a finding, not a failure of the lab."""
    run = run_readiness_cell if cell.operation == NAME else CellRunner.run
    result = await run(runner, cell, profile)
    code = runner.room.lab.app.exit_code
    if code is None:
        return result
    problem = Problem(CellFailure.POISONED, f"the app ended with exit code {code}")
    return replace(result, status=Status.FAILED, problems=(problem, *result.problems))
