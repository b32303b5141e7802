"""The order of cells, and labs that share it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast

import pytest
from squall.core.errors import LabError
from squall.sweeping import run_cells
from squall.sweeping.cell_queue import MAX_BATCH, CellQueue
from squall.sweeping.cells import START_UP, WAITS, WHOLE_APP_SECONDS, Cell, parse_cell, plan_cells
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.run_batch import Batch
from squall.sweeping.run_cells import CellRun
from squall.sweeping.shared_work import SharedWork, Worker
from squall.sweeping.sweep_result import CellFailure, CellResult, Status
from squall.sweeping.tapped_lab import TappedLab

from tests.sweep.made_sweep import cell_result
from tests.sweep.test_cells import profile

PROFILES = [profile("a", "BEGIN", "SELECT 1", "COMMIT"), profile("b", "SELECT 2", writes=False)]
CELLS = plan_cells(PROFILES, exhaustive=True)[0]


def taken(queue: CellQueue) -> list[tuple[Cell, ...]]:
    units = []
    while unit := queue.take():
        units.append(unit)
    return units


def test_every_cell_is_taken_once_and_those_that_wait_together_first() -> None:
    units = taken(CellQueue(CELLS, deadline=1))
    assert sorted(cell for unit in units for cell in unit) == sorted(CELLS)
    batches = [unit for unit in units if len(unit) > 1]
    assert batches
    assert units[: len(batches)] == batches
    assert all(len(unit) <= MAX_BATCH for unit in batches)
    assert all(cell.fault in WAITS for unit in batches for cell in unit)


def test_a_cell_of_a_batch_that_is_put_back_comes_alone() -> None:
    queue = CellQueue(CELLS, deadline=1)
    batch = queue.take()
    queue.put_back(batch[:2])
    assert taken(queue)[-2:] == [(batch[0],), (batch[1],)]
    assert queue.confirmed == set(batch[:2])


def test_batches_become_as_small_as_the_places_that_the_app_has() -> None:
    queue = CellQueue(CELLS, deadline=1)
    first = queue.take()
    assert len(first) == MAX_BATCH
    queue.put_back(first[:1])
    queue.shrink_batches(3, left=first[4:])
    second = queue.take()
    assert second[:2] == first[4:]
    queue.shrink_batches(1, left=second[1:])  # they waited for a row: there are three places
    units = taken(queue)
    assert max(map(len, units)) == 3
    found = sorted(cell for unit in units for cell in unit)
    assert found == sorted({*CELLS} - {*first[1:4], second[0]})


def test_an_app_with_one_place_has_no_batches() -> None:
    queue = CellQueue(CELLS, deadline=1)
    queue.shrink_batches(0, left=queue.take()[1:])
    assert {len(unit) for unit in taken(queue)} == {1}


def test_a_bounded_part_has_all_kinds() -> None:
    queue = CellQueue(CELLS, deadline=1, ends=time.monotonic() + 60, seed=4)
    units = taken(queue)
    assert sorted(cell for unit in units for cell in unit) == sorted(CELLS)
    part = [cell for unit in units[: len(units) // 3] for cell in unit]
    assert {cell.operation for cell in part} == {"a", "b"}
    assert {cell.point for cell in part} == {"connect", "1", "2", "3"}
    assert any(cell.fault in WAITS for cell in part)
    again = CellQueue(CELLS, deadline=1, ends=time.monotonic() + 60, seed=4)
    assert taken(again) == units


def test_in_a_bounded_time_cells_of_the_whole_app_are_not_among_the_last() -> None:
    whole = [parse_cell(f"{name}/connect/cut_before/on") for name in WHOLE_APP_SECONDS]
    units = taken(CellQueue([*CELLS, *whole], deadline=1, ends=time.monotonic() + 3600, seed=4))
    assert set(whole) <= {cell for unit in units[: len(units) * 4 // 5] for cell in unit}


def test_nothing_is_taken_after_the_end_and_no_batch_that_would_pass_it() -> None:
    assert CellQueue(CELLS, deadline=1, ends=time.monotonic() - 1).take() == ()
    waiting = [cell for cell in CELLS if cell.fault in WAITS and cell.mode == "once"]
    assert CellQueue(waiting, deadline=30, ends=time.monotonic() + 10).take() == ()
    assert CellQueue(waiting, deadline=3, ends=time.monotonic() + 10).take() != ()


def test_a_cell_of_the_whole_app_starts_only_while_there_is_time_for_it() -> None:
    start = Cell(operation=START_UP, point="connect", fault="cut_before", mode="on")
    assert CellQueue([start], deadline=1, ends=time.monotonic() + 1).take() == ()
    assert CellQueue([start], deadline=1, ends=time.monotonic() + 60).take() == (start,)


class Room:
    """What a worker needs of a lab whose app never exits."""

    class lab:  # noqa: N801 - an attribute of the lab
        class app:  # noqa: N801 - the same
            exit_code = None

    tap = changes = None


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, Cell]]:
    """Cells are noted with their lab instead of run. Each lets others run."""
    seen: list[tuple[object, Cell]] = []

    async def run(runner: Any, cell: Cell, _profile: StatementProfile) -> CellResult:
        await asyncio.sleep(0)
        seen.append((runner.room, cell))
        return cell_result(cell.id)

    async def batch(runner: Any, wanted: Sequence[tuple[Cell, StatementProfile]]) -> Batch:
        await asyncio.sleep(0)
        seen.extend((runner.room, cell) for cell, _ in wanted)
        passed = [cell_result(cell.id) for cell, _ in wanted[1:]]
        return Batch(passed=passed, sent=len(wanted), waited=False)

    monkeypatch.setattr(run_cells, "_guarded", run)
    monkeypatch.setattr(run_cells, "run_batch", batch)
    return seen


async def test_what_a_batch_does_not_judge_is_run_alone(ran: list[tuple[object, Cell]]) -> None:
    run = CellRun(CellQueue(CELLS, deadline=1))
    await SharedWork(run.work).run(cast("TappedLab", Room()), PROFILES, [])
    assert set(run.done) == set(CELLS)
    batches = [unit for unit in taken(CellQueue(CELLS, deadline=1)) if len(unit) > 1]
    twice = {unit[0] for unit in batches}
    assert sorted(cell for _, cell in ran) == sorted([*CELLS, *twice])


@pytest.mark.parametrize(
    ("ends", "status", "tries"),
    [
        ("RRR", Status.FAILED, 3),
        ("RRS", Status.SURVIVED, 3),
        ("S", Status.SURVIVED, 1),
        ("F", Status.FAILED, 1),
    ],
)
async def test_what_was_survived_before_fails_when_it_is_refused_three_times(
    monkeypatch: pytest.MonkeyPatch, ends: str, status: Status, tries: int
) -> None:
    cell = parse_cell("a/1/40001/once")
    words = {
        "R": cell_result(cell.id, Status.REFUSED),
        "S": cell_result(cell.id),
        "F": cell_result(cell.id, Status.FAILED, (CellFailure.TWICE, "two")),
    }
    answers = iter(ends)

    async def run(*_: object) -> CellResult:
        return words[next(answers)]

    monkeypatch.setattr(run_cells, "_guarded", run)
    sweep = CellRun(CellQueue([cell], deadline=1), survived=frozenset({cell}))
    await sweep.work(cast("TappedLab", Room()), PROFILES)
    assert sweep.done[cell].status is status
    assert len(ends) - len(list(answers)) == tries
    if ends == "RRR":
        assert sweep.done[cell].worst is CellFailure.WORSE


async def test_a_refusal_is_no_failure_where_nothing_was_survived_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cell = parse_cell("a/1/40001/once")

    async def run(*_: object) -> CellResult:
        return cell_result(cell.id, Status.REFUSED)

    monkeypatch.setattr(run_cells, "_guarded", run)
    sweep = CellRun(CellQueue([cell], deadline=1))
    await sweep.work(cast("TappedLab", Room()), PROFILES)
    assert sweep.done[cell].status is Status.REFUSED


async def test_what_a_batch_refuses_and_was_survived_before_is_run_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = [cell for cell in CELLS if cell.id.startswith("a/1/s") and cell.mode == "once"]
    alone: list[Cell] = []

    async def run(_runner: Any, cell: Cell, _profile: StatementProfile) -> CellResult:
        alone.append(cell)
        return cell_result(cell.id)

    async def batch(_runner: Any, wanted: Sequence[tuple[Cell, StatementProfile]]) -> Batch:
        passed = [cell_result(cell.id, Status.REFUSED) for cell, _ in wanted]
        return Batch(passed=passed, sent=len(wanted), waited=False)

    monkeypatch.setattr(run_cells, "_guarded", run)
    monkeypatch.setattr(run_cells, "run_batch", batch)
    sweep = CellRun(CellQueue(waiting, deadline=1), survived=frozenset(waiting[:1]))
    await sweep.work(cast("TappedLab", Room()), PROFILES)
    assert alone == waiting[:1]
    assert [sweep.done[cell].status for cell in waiting] == [Status.SURVIVED, Status.REFUSED]


async def test_two_labs_share_the_cells_and_none_is_run_twice(
    ran: list[tuple[object, Cell]],
) -> None:
    first, second = cast("TappedLab", Room()), cast("TappedLab", Room())
    up = asyncio.Event()

    async def another(work: Worker) -> None:
        await up.wait()
        await work(second, PROFILES)

    cells = [cell for cell in CELLS if cell.fault not in WAITS]
    run = CellRun(CellQueue(cells, deadline=1), on_result=lambda _: up.set())
    await SharedWork(run.work).run(first, PROFILES, [another])
    assert set(run.done) == set(cells)
    assert len(ran) == len(cells)
    assert {id(room) for room, _ in ran} == {id(first), id(second)}


async def test_a_lab_that_is_not_up_when_all_is_done_is_not_waited_for(
    ran: list[tuple[object, Cell]],
) -> None:
    ended = []

    async def never(_work: Worker) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    run = CellRun(CellQueue(CELLS, deadline=1))
    await SharedWork(run.work).run(cast("TappedLab", Room()), PROFILES, [never])
    assert set(run.done) == set(CELLS)
    assert ended == [True]
    assert ran


async def test_a_further_lab_that_does_not_start_is_told(
    ran: list[tuple[object, Cell]],
) -> None:

    async def broken(_work: Worker) -> None:
        await asyncio.sleep(0)
        raise LabError("no port\n  next step")

    run = CellRun(CellQueue(CELLS, deadline=1))
    shared = SharedWork(run.work)
    await shared.run(cast("TappedLab", Room()), PROFILES, [broken])
    assert set(run.done) == set(CELLS)
    assert shared.notes == ["a further lab was not used: no port"]
    assert ran


@pytest.mark.parametrize(("late", "stays"), [(1, False), (2, True)])
async def test_late_counts_when_it_is_seen_twice(
    monkeypatch: pytest.MonkeyPatch, late: int, stays: bool
) -> None:
    turns = iter([True] * late + [False] * 5)

    async def run(_runner: Any, cell: Cell, _profile: StatementProfile) -> CellResult:
        await asyncio.sleep(0)
        problems = [(CellFailure.LATE, "answered after 1.4 s")] if next(turns) else []
        return cell_result(cell.id, Status.SURVIVED, *problems)

    monkeypatch.setattr(run_cells, "_guarded", run)
    work = CellRun(CellQueue(CELLS[:1], deadline=1))
    await SharedWork(work.work).run(cast("TappedLab", Room()), PROFILES, [])
    assert bool(work.done[CELLS[0]].problems) is stays
