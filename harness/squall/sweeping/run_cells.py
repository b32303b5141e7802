"""Run the cells of a sweep, in one lab or in several that share a queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from squall.sweeping.cell_queue import CellQueue
from squall.sweeping.cells import Cell
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.run_batch import Wanted, run_batch
from squall.sweeping.run_cell import MAX_RESTARTS, CellRunner
from squall.sweeping.sweep_result import TIMED, CellFailure, CellResult, Problem, Status
from squall.sweeping.tapped_lab import TappedLab
from squall.sweeping.whole_app_cells import WHOLE_APP

TRIES = 2
"""A cell whose fault did not act is tried again, because a background task may have interfered."""

WORSE_TRIES = 3
"""A cell that was survived before must be refused so often in a row: repeats draw their pauses."""


@dataclass(slots=True)
class CellRun:
    """The results so far, and what goes on."""

    queue: CellQueue
    on_result: Callable[[CellResult], None] | None = None
    survived: frozenset[Cell] = frozenset()
    """Cells that were survived when the baseline was written."""
    done: dict[Cell, CellResult] = field(default_factory=dict)

    async def work(self, room: TappedLab, profiles: Sequence[StatementProfile]) -> None:
        """Run cells in this lab until none is left, or its app fell ill too often."""
        runner = CellRunner(room, profiles)
        by_name = {profile.operation.name: profile for profile in profiles}
        while runner.restarts < MAX_RESTARTS and (cells := self.queue.take()):
            wanted = [(one, by_name.get(one.operation, profiles[0])) for one in cells]
            if len(wanted) == 1:
                self._note(await self._alone(runner, *wanted[0]))
            else:
                await self._together(runner, wanted)

    async def _together(self, runner: CellRunner, wanted: Sequence[Wanted]) -> None:
        batch = await run_batch(runner, wanted)
        for result in batch.passed:
            if not self._is_worse(result):
                self._note(result)
        cells = [cell for cell, _ in wanted]
        self.queue.put_back(one for one in cells[: batch.sent] if one not in self.done)
        if batch.waited:
            self.queue.shrink_batches(batch.sent - 1, left=cells[batch.sent :])

    async def _alone(self, runner: CellRunner, cell: Cell, profile: StatementProfile) -> CellResult:
        for _ in range(WORSE_TRIES):
            result = await _one(runner, cell, profile, tried=self.queue.confirmed)
            if not self._is_worse(result):
                return result
        problem = Problem(
            CellFailure.WORSE,
            f"refused {WORSE_TRIES} times of {WORSE_TRIES}; it was survived when the baseline was"
            " written",
        )
        return replace(result, status=Status.FAILED, problems=(problem,))

    def _is_worse(self, result: CellResult) -> bool:
        return result.status is Status.REFUSED and result.cell in self.survived

    def _note(self, result: CellResult) -> None:
        self.done[result.cell] = result
        if self.on_result is not None:
            self.on_result(result)


async def _one(
    runner: CellRunner, cell: Cell, profile: StatementProfile, *, tried: set[Cell]
) -> CellResult:
    """Run one cell. One that is late for the first time may have met a busy machine."""
    for turn in range(TRIES):
        result = await _guarded(runner, cell, profile)
        if runner.ill or runner.room.lab.app.exit_code is not None:
            await runner.new_process()
        late = any(problem.failure in TIMED for problem in result.problems)
        again = late and turn == 0 and cell not in tried
        if result.status is not Status.NOT_EXERCISED and not again:
            break
    return result


async def _guarded(runner: CellRunner, cell: Cell, profile: StatementProfile) -> CellResult:
    """An app that exits during a cell is a finding, not a failure of the lab."""
    run = WHOLE_APP.get(cell.operation, CellRunner.run)
    result = await run(runner, cell, profile)
    code = runner.room.lab.app.exit_code
    if code is None:
        return result
    problem = Problem(CellFailure.POISONED, f"the app ended with exit code {code}")
    return replace(result, status=Status.FAILED, problems=(problem, *result.problems))
