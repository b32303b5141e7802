"""The sweep: profile every operation, run every cell, and compute the coverage."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from squall.core.errors import LabError, UsageError
from squall.lab.lab_options import LabOptions
from squall.lab.wal import RowChange
from squall.scenario.sharding import Shard
from squall.sweeping.baseline import comparable
from squall.sweeping.cell_queue import CellQueue
from squall.sweeping.cells import Cell, Pruned, plan_cells
from squall.sweeping.profile_operation import NotProfiled, Profiler, StatementProfile
from squall.sweeping.requests_of import follow_ups
from squall.sweeping.run_cell import MAX_RESTARTS
from squall.sweeping.run_cells import CellRun
from squall.sweeping.shared_work import WORTH_SECONDS, MoreLabs, SharedWork, Worker
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import CellResult, SweepResult
from squall.sweeping.sweep_shard import shard_of
from squall.sweeping.swept_operation import SweptOperation
from squall.sweeping.tapped_lab import TappedLab, tapped_lab
from squall.sweeping.whole_app_cells import whole_app_cells

Restore = Callable[[Sequence[RowChange]], Awaitable[None]]


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
    jobs: int = 1
    """Labs at the same time, if there is enough to do."""
    seconds: float | None = None
    """Time after which no further cell starts, counted from the start of the lab."""
    on_result: Callable[[CellResult], None] | None = None
    on_plan: Callable[[int, int], None] | None = None
    """Called with the number of cells and of pruned ones before the first cell runs."""


async def run_sweep(lab_options: LabOptions, wanted: SweepOptions) -> SweepResult:
    """Sweep one app in labs of its own.

    Raises:
        LabError: the lab broke, or no operation can be profiled.
        UsageError: an operation or a cell does not exist.
    """
    ends = None if wanted.seconds is None else time.monotonic() + wanted.seconds
    more = [_another_lab(lab_options, wanted)] * (wanted.jobs - 1)
    async with tapped_lab(lab_options) as room:
        return await sweep_in(room, wanted, ends=ends, more=more)


def _another_lab(lab_options: LabOptions, wanted: SweepOptions) -> MoreLabs:
    async def start(work: Worker) -> None:
        async with tapped_lab(lab_options) as room:
            profiles, _ = await profile_all(room, wanted.only)
            await work(room, profiles)

    return start


async def sweep_in(
    room: TappedLab,
    wanted: SweepOptions,
    *,
    ends: float | None = None,
    more: Sequence[MoreLabs] = (),
) -> SweepResult:
    """The same in a lab that is already running. ``ends``: the time after which no cell starts."""
    began = time.monotonic()
    profiles, left_out = await profile_all(room, wanted.only)
    profiled = time.monotonic()
    cells, pruned = _planned(room, profiles, wanted)
    cells, part = shard_of(cells, wanted.shard, room.lab.options, wanted.limits)
    if wanted.on_plan is not None:
        wanted.on_plan(len(cells), len(pruned))
    operations = [SweptOperation.of(profile) for profile in profiles]
    survived, changed = comparable(wanted.limits, operations)
    queue = CellQueue(cells, room.deadline, ends=ends, seed=room.lab.options.seed)
    run = CellRun(queue, wanted.on_result, survived)
    shared = SharedWork(run.work)
    await shared.run(room, profiles, more if run.queue.seconds > WORTH_SECONDS else ())
    left = len(cells) - len(run.done)
    return SweepResult(
        target=room.lab.profile.name,
        seed=room.lab.options.seed,
        operations=operations,
        left_out=left_out,
        results=[run.done[cell] for cell in cells if cell in run.done],
        pruned=pruned,
        seconds=time.monotonic() - began,
        profile_seconds=profiled - began,
        reproduce=wanted.reproduce,
        notes=[
            *([part.label] if part else []),
            *_notes(room, left, wanted.seconds),
            *_not_compared(changed),
            *shared.notes,
        ],
        limits=wanted.limits,
        shard=part,
    )


def _planned(
    room: TappedLab, profiles: Sequence[StatementProfile], wanted: SweepOptions
) -> tuple[list[Cell], list[Pruned]]:
    """The cells to run and the pruned ones. Raises UsageError for one that does not exist."""
    cells, pruned = plan_cells(profiles, exhaustive=wanted.exhaustive or bool(wanted.cells))
    if wanted.cells or not wanted.only:
        cells += whole_app_cells(room)
    return (_known(wanted.cells, cells), []) if wanted.cells else (cells, pruned)


def _notes(room: TappedLab, left: int, seconds: float | None) -> list[str]:
    notes = []
    if room.why_no_changes:
        notes.append(f"effects were not judged: {room.why_no_changes}")
    if left and seconds is not None:
        notes.append(f"{left} fault points were not run: the time limit is {seconds:g} s")
    elif left:
        notes.append(
            f"{left} fault points were not run: the app fell ill {MAX_RESTARTS} times, or did not"
            " come back; mend the failures above, or sweep one operation with --only"
        )
    return notes


def _not_compared(changed: Sequence[str]) -> list[str]:
    if not changed:
        return []
    names = ", ".join(changed)
    return [f"not compared with the baseline, since they send other statements now: {names}"]


async def profile_all(
    room: TappedLab, only: Sequence[str], restore: Restore | None = None
) -> tuple[list[StatementProfile], list[NotProfiled]]:
    """The profiles of all operations.

    Raises:
        UsageError: the operation does not exist.
        LabError: none can be profiled.
    """
    # Races start from the same rows each time, so they have no operation that follows another one.
    known = room.lab.profile.operations
    operations = [one for one in known if not one.after]
    operations += follow_ups(known) if restore is None else ()
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
    await room.count_listeners()
    return found, left_out


def _known(wanted: Sequence[Cell], cells: Sequence[Cell]) -> list[Cell]:
    for cell in wanted:
        if cell not in cells:
            near = [one.id for one in cells if one.operation == cell.operation][:3]
            hint = f"; there are, for example: {', '.join(near)}" if near else ""
            raise UsageError(f"--cell {cell.id}: there is no such cell{hint}")
    return list(wanted)
