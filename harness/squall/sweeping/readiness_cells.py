"""Check the answers of readiness and liveness while the database is down, and afterwards."""

from __future__ import annotations

import asyncio
import itertools
import time

from squall_faults.proxy.rules.rule import Rule

from squall.sweeping.cells import CONNECT, READINESS, Cell
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.run_cell import CellRunner
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.tap import Script, Statement

FAULTS = ("cut_before", "silence")
NOTICE_SECONDS = 3.0
"""Time in which readiness must report that the database is down."""
RETURN_SECONDS = 5.0
"""Time in which it must report that the database is back."""
PROBE_SECONDS = 1.0
"""Time limit of a probe's answer: an orchestrator waits for one second (Kubernetes' default)."""
PAUSE_SECONDS = 0.05

_NUMBERS = itertools.count(1)


class Outage(Script):
    """Nothing reaches the database."""

    def __init__(self, *, cut: bool) -> None:
        self.id = f"outage{next(_NUMBERS)}"
        self._cut = cut

    def startup(self, session: int) -> Rule | None:
        """Refuse logins."""
        del session
        return Rule(id=self.id, on="startup", do="cut" if self._cut else "stall")

    def statement(self, statement: Statement) -> Rule | None:
        """Refuse statements."""
        del statement
        return Rule(id=self.id, on="statement", do="cut" if self._cut else "stall")


def readiness_cells() -> list[Cell]:
    """One cell for each way in which a database can be down."""
    return [Cell(operation=READINESS, point=CONNECT, fault=fault, mode="on") for fault in FAULTS]


async def run_readiness_cell(
    runner: CellRunner, cell: Cell, profile: StatementProfile
) -> CellResult:
    """Probe while the outage lasts, heal, and probe again."""
    room = runner.room
    began = time.monotonic()
    outage = Outage(cut=cell.fault == "cut_before")
    room.tap.script = outage
    if cell.fault == "cut_before":
        room.tap.reset_connections()
    problems: list[str] = []
    noticed = await _until(runner, ready=False, seconds=NOTICE_SECONDS, problems=problems)
    if not noticed:
        problems.append("the database is gone and readiness still says ready")
    live = room.lab.profile.live
    if live is not None:
        status, seconds = await room.client.probe(live)
        if status is None or status >= 300 or seconds > PROBE_SECONDS:  # noqa: PLR2004 - HTTP's 2xx
            told = f"liveness answered {status} after {seconds:.2f} s"
            problems.append(f"{told} while only the database is gone: it would be restarted")
    room.tap.script = Script()
    room.tap.release(outage.id)
    if not await _until(runner, ready=True, seconds=RETURN_SECONDS, problems=[]):
        problems.append(f"{RETURN_SECONDS:g} s after the heal it is still not ready")
        runner.ill = True
    found = [Problem(CellFailure.READINESS, text) for text in dict.fromkeys(problems)]
    found += await runner.see_that_all_is_well(profile, set())
    return CellResult(
        cell=cell,
        status=Status.FAILED if found else Status.SURVIVED,
        problems=tuple(found),
        answer="",
        request=f"GET {room.lab.profile.ready_path}",
        seconds=time.monotonic() - began,
    )


async def _until(runner: CellRunner, *, ready: bool, seconds: float, problems: list[str]) -> bool:
    """Whether readiness gives this answer in time. Late probes become problems."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status, took = await runner.room.client.probe(runner.room.lab.profile.ready_path)
        if took > PROBE_SECONDS:
            problems.append(f"a readiness probe took longer than {PROBE_SECONDS:g} s")
        if (status is not None and status < 300) is ready:  # noqa: PLR2004 - HTTP's 2xx
            return True
        await asyncio.sleep(PAUSE_SECONDS)
    return False
