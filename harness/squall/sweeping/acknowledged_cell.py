"""What is committed in the moment of a fault-free success: an app that ends then must have kept it.

request ── 201 ──┬── committed by now: kept
                 └── committed later, and nothing before: it was acknowledged from memory
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus

from squall.lab.wal import RowChange
from squall.sweeping.cells import ACKNOWLEDGED, CONNECT, Cell
from squall.sweeping.change_log import ChangeLog
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.run_cell import CellRunner
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.tapped_lab import TappedLab
from squall.workload.operations import Operation

LATER_SECONDS = 1.0
"""How long rows are waited for, if nothing was committed before the answer."""
MAX_QUIET_SECONDS = 4.0
PAUSE_SECONDS = 0.02


def acknowledged_cells(room: TappedLab) -> list[Cell]:
    """One, if the server can tell what is committed, and when."""
    if room.changes is None:
        return []
    return [Cell(operation=ACKNOWLEDGED, point=CONNECT, fault="crash", mode="on")]


async def run_acknowledged_cell(
    runner: CellRunner, cell: Cell, profile: StatementProfile
) -> CellResult:
    """Send each declared write of which no row was seen yet, and again if its rows came later."""
    del profile  # such an app sends no statement before it answers, so there may be none
    room, began = runner.room, time.monotonic()
    declared = room.lab.profile.operations
    writes = [one for one in declared if one.effect != "read" and not one.after]
    seen = {one.operation.name for one in runner.profiles if one.effect and one.effect.rows}
    problems: list[Problem] = []
    for operation in (one for one in writes if one.name not in seen):
        tables = await _written_later(room, operation)
        if tables:  # once more: another task may have committed something
            tables &= await _written_later(room, operation)
        if tables:
            names = ", ".join(sorted(tables))
            text = f"{operation.name} succeeds without a commit; {names} is written afterwards"
            problems.append(Problem(CellFailure.EARLY, text))
    status = Status.SURVIVED if writes else Status.NOT_EXERCISED
    return CellResult(
        cell=cell,
        status=Status.FAILED if problems else status,
        problems=tuple(problems),
        answer=f"{len(writes)} writes",
        request="each write once, without a fault",
        seconds=time.monotonic() - began,
    )


async def _written_later(room: TappedLab, operation: Operation) -> frozenset[str]:
    """Tables with rows after the success; none if some were committed before it."""
    log = room.changes
    if log is None:
        return frozenset()
    end = time.monotonic() + MAX_QUIET_SECONDS
    while await _changes_after(log) and time.monotonic() < end:
        pass  # rows of requests before this one
    answer = await room.ask(operation)
    before = await log.read()
    if not _promises(operation, answer) or before:
        return frozenset()
    return _tables(await _changes_after(log)) - await _of_others(log)


def _promises(operation: Operation, answer: ReceivedAnswer) -> bool:
    """Whether it says that something is stored. A login that notes its time later does not."""
    created = answer.status == HTTPStatus.CREATED
    return created or (answer.status == HTTPStatus.OK and operation.effect == "idempotent-write")


async def _changes_after(log: ChangeLog) -> Sequence[RowChange]:
    end = time.monotonic() + LATER_SECONDS
    while time.monotonic() < end:
        if found := await log.read():
            return found
        await asyncio.sleep(PAUSE_SECONDS)
    return ()


async def _of_others(log: ChangeLog) -> frozenset[str]:
    """Tables that are written without any request, such as by a heartbeat."""
    await asyncio.sleep(LATER_SECONDS)
    return _tables(await log.read())


def _tables(changes: Sequence[RowChange]) -> frozenset[str]:
    return frozenset(one.table for one in changes)
