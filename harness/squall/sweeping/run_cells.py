"""Run the cells of a sweep, in one lab or in several that share a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from squall.core.errors import LabError
from squall.sweeping.cell_queue import CellQueue
from squall.sweeping.cells import Cell
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.readiness_cells import NAME, run_readiness_cell
from squall.sweeping.run_batch import run_batch
from squall.sweeping.run_cell import MAX_RESTARTS, CellRunner
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.tapped_lab import TappedLab

TRIES = 2
"""A cell whose fault did not act is tried again, because a background task may have interfered."""

WORTH_SECONDS = 6.0
"""A further lab takes seconds to start; with less work than this it is not started."""

Worker = Callable[[TappedLab, Sequence[StatementProfile]], Coroutine[Any, Any, None]]
MoreLabs = Callable[[Worker], Coroutine[Any, Any, None]]
"""Starts another lab, profiles its app, and lets the worker work there."""


@dataclass(slots=True)
class CellRun:
    """The results so far, and what goes on."""

    queue: CellQueue
    on_result: Callable[[CellResult], None] | None = None
    done: dict[Cell, CellResult] = field(default_factory=dict)
    working: int = 0
    """Labs that work now."""
    notes: list[str] = field(default_factory=list)

    async def work(self, room: TappedLab, profiles: Sequence[StatementProfile]) -> None:
        """Run cells in this lab until none is left, or its app fell ill too often."""
        runner = CellRunner(room, profiles)
        by_name = {profile.operation.name: profile for profile in profiles}
        self.working += 1
        try:
            while runner.restarts < MAX_RESTARTS and (cells := self.queue.take()):
                wanted = [(one, by_name.get(one.operation, profiles[0])) for one in cells]
                if len(wanted) == 1:
                    self._note(await _one(runner, *wanted[0], tried=self.queue.confirmed))
                else:
                    for result in await run_batch(runner, wanted):
                        self._note(result)
                    self.queue.put_back(one for one in cells if one not in self.done)
        finally:
            self.working -= 1

    def _note(self, result: CellResult) -> None:
        self.done[result.cell] = result
        if self.on_result is not None:
            self.on_result(result)

    async def work_in(
        self,
        room: TappedLab,
        profiles: Sequence[StatementProfile],
        more: Sequence[MoreLabs],
    ) -> None:
        """Work in this lab, and in others as soon as they are up."""
        pays = self.queue.seconds > WORTH_SECONDS
        others = [asyncio.create_task(self._elsewhere(one)) for one in more if pays]
        try:
            await self.work(room, profiles)
            while self.working:
                await asyncio.wait(others, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(others)  # labs that are not up yet are not needed

    async def _elsewhere(self, start: MoreLabs) -> None:
        try:
            await start(self.work)
        except LabError as error:
            self.notes.append(f"a further lab was not used: {str(error).splitlines()[0]}")


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def _one(
    runner: CellRunner, cell: Cell, profile: StatementProfile, *, tried: set[Cell]
) -> CellResult:
    """Run one cell. One that is late for the first time may have met a busy machine."""
    for turn in range(TRIES):
        result = await _guarded(runner, cell, profile)
        if runner.ill or runner.room.lab.app.exit_code is not None:
            await runner.new_process()
        late = any(problem.failure is CellFailure.LATE for problem in result.problems)
        again = late and turn == 0 and cell not in tried
        if result.status is not Status.NOT_EXERCISED and not again:
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
