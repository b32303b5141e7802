"""Restart the app while nothing reaches its database: it must run, and get ready afterwards."""

from __future__ import annotations

import asyncio
import time

from squall.core.errors import AppFailed
from squall.sweeping.cells import CONNECT, START_UP, Cell
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.readiness_cells import Outage
from squall.sweeping.run_cell import CellRunner
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.tap import Script
from squall.sweeping.tapped_lab import TappedLab

SERVES_SECONDS = 12.0
"""An app that has not answered any probe by then may still import; that is not judged."""
PAUSE_SECONDS = 0.05


def start_up_cells(room: TappedLab) -> list[Cell]:
    """One, if Squall starts the app and the app may start without its database."""
    options = room.lab.options
    if options.attach is not None or not room.lab.profile.starts_without_database:
        return []
    return [Cell(operation=START_UP, point=CONNECT, fault="cut_before", mode="on")]


async def run_start_up_cell(
    runner: CellRunner, cell: Cell, profile: StatementProfile
) -> CellResult:
    """Kill it, start it in the outage, heal, and wait until it is ready."""
    began = time.monotonic()
    problems = await _start_in_outage(runner.room)
    runner.ill |= any(one.failure is CellFailure.POISONED for one in problems)
    if not runner.ill:
        problems += await runner.see_that_all_is_well(profile, set())
    return CellResult(
        cell=cell,
        status=Status.FAILED if problems else Status.SURVIVED,
        problems=tuple(problems),
        request="start",
        seconds=time.monotonic() - began,
    )


async def _start_in_outage(room: TappedLab) -> list[Problem]:
    """Whether it runs before the heal, and is ready after it."""
    app, outage = room.lab.app, Outage(cut=True)
    room.tap.script = outage
    failed_before = len(app.failed_starts)
    await app.crash()
    starting = asyncio.ensure_future(app.revive())
    await _until_it_serves(room, starting, failed_before)
    codes = app.failed_starts[failed_before:]
    room.tap.script = Script()
    room.tap.release(outage.id)
    problems = []
    if codes:
        text = f"started while its database is away, the app ends with exit code {codes[0]}"
        problems.append(Problem(CellFailure.START, text))
    try:
        await starting
        await room.lab.ensure_app()
    except AppFailed as error:
        told = str(error).splitlines()[0]
        problems.append(Problem(CellFailure.POISONED, f"after the heal it does not start: {told}"))
    return problems


async def _until_it_serves(
    room: TappedLab, starting: asyncio.Future[None], failed_before: int
) -> None:
    """Until it answers a probe with any status, or its process has ended, or the time is over."""
    path = room.lab.profile.live or room.lab.profile.ready_path
    end = time.monotonic() + SERVES_SECONDS
    while time.monotonic() < end and not starting.done():
        if len(room.lab.app.failed_starts) > failed_before:
            return
        status, _ = await room.client.probe(path)
        if status is not None:
            return
        await asyncio.sleep(PAUSE_SECONDS)
