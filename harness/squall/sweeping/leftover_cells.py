"""Many failing requests while a fault lasts; then the idle app must hold what it held before.

What a failure keeps is too little to be seen after one: a session, a place in the pool, a file, a
lock, a listener. The gates that compare an idle app before and after a load judge it here, too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from squall.core import events
from squall.core.clock import MonotonicClock
from squall.gates.at_rest import rest_samples
from squall.gates.background_sessions_return import BackgroundSessionsReturn
from squall.gates.no_secret_disclosed import NoSecretDisclosed
from squall.gates.resources_return import ResourcesReturn
from squall.gates.session_leftovers import SessionLeftovers
from squall.gates.verdict import Verdict
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op, Outcome
from squall.lab.rest import RestProbe
from squall.sweeping.cells import CONNECT, LEFTOVERS, Cell, Mode
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.run_cell import CellRunner
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.sweep_script import CellScript
from squall.sweeping.tap import Script

HANG_UP = "hang_up"
FAULTS = ("57014", "53100", "cut_before", HANG_UP)
"""A statement is cancelled, its session lives; the same for good; the session is lost, and all idle
ones before, as when the server restarts; the callers leave while their statements run.
"""
FAILURES = 24
"""More than the allowance of each gate, so that one thing kept by each failure is seen. A refusal
by an open circuit is none of them: the fault did not reach that request.
"""
MAX_REQUESTS = 72
"""An app may answer some of its operations without the database."""
MAX_SECONDS = 4.0
MAX_MORE_SESSIONS = 5
"""Requests come one by one, so a sound pool needs hardly any session more."""
MORE_AFTER_HANG_UPS = FAILURES // 2
"""What a driver cancels it may finish while the next request comes."""
GATES = (ResourcesReturn(), SessionLeftovers(), BackgroundSessionsReturn(), NoSecretDisclosed())


def leftover_cells() -> list[Cell]:
    """One for each way in which requests fail."""
    return [Cell(operation=LEFTOVERS, point=CONNECT, fault=one, mode="on") for one in FAULTS]


async def run_leftover_cell(
    runner: CellRunner, cell: Cell, profile: StatementProfile
) -> CellResult:
    """Send requests under a fault that lasts, heal, and compare the idle app."""
    room, began = runner.room, time.monotonic()
    found: list[events.Event] = []
    await runner.settle()
    probe = RestProbe(room.lab, MonotonicClock(), found.append)
    await probe.look_before(listeners=room.listeners)
    if cell.fault == "cut_before":
        room.tap.reset_connections()  # those that only listen, too
    sent, touched = await _send_under_fault(runner, cell)
    problems = await runner.see_that_all_is_well(profile, touched)
    await runner.settle()
    if not problems:
        await probe.look_after(sent)
        most = MORE_AFTER_HANG_UPS if cell.fault == HANG_UP else MAX_MORE_SESSIONS
        problems = list(judge_leftovers(sent, found, room.lab.profile.contract, most))
    runner.ill |= bool(problems)  # what is kept would be found again
    refused = _failures(sent)
    return CellResult(
        cell=cell,
        status=Status.FAILED if problems else Status.SURVIVED,
        problems=tuple(problems),
        answer=f"{len(sent)} requests, {refused} without success",
        request="requests of each kind in turn",
        seconds=time.monotonic() - began,
    )


async def _send_under_fault(runner: CellRunner, cell: Cell) -> tuple[list[Op], set[int]]:
    """Requests of all operations in turn; the fault lasts from the first one's statement on. With
    the sessions that it touched.
    """
    room, sent, reached = runner.room, list[Op](), 0
    room.tap.forget()
    end = time.monotonic() + MAX_SECONDS
    for number in range(MAX_REQUESTS):
        profile = runner.profiles[number % len(runner.profiles)]
        last = number // len(runner.profiles) % 2
        point = str(len(profile.steps) if last else 1)
        mode: Mode = "once" if cell.fault == HANG_UP else "on"
        fault = Cell(operation=cell.operation, point=point, fault=cell.fault, mode=mode)
        script = CellScript(fault, profile, room.deadline)
        answer = await runner.send_under(script, profile)
        if cell.fault == HANG_UP:
            await runner.settle()  # what the app still does for this caller needs a session
        sent.append(answer.as_op())
        reached += min(script.bites, _failures(sent[-1:]))
        if time.monotonic() > end or reached >= FAILURES:
            break
    room.tap.script = Script()
    return sent, {one.session for one in room.tap.statements if one.fault}


def judge_leftovers(
    sent: Sequence[Op],
    found: Sequence[events.Event],
    contract: Contract,
    most: int = MAX_MORE_SESSIONS,
) -> Iterator[Problem]:
    """What the gates for an idle app find, and more than ``most`` sessions more than before."""
    evidence = Evidence(ops=list(sent), events=list(found), final_state=None, contract=contract)
    for gate in GATES:
        finding = gate.judge(evidence)
        if finding.verdict is Verdict.FAIL:
            yield Problem(CellFailure.LEFTOVER, finding.reason)
    samples = rest_samples(evidence)
    more = samples[1].sessions - samples[0].sessions if samples else 0
    if more > most:
        yield Problem(
            CellFailure.LEFTOVER,
            f"{more} more sessions than before, although requests came one by one",
        )


def _failures(sent: Sequence[Op]) -> int:
    return sum(one.outcome is not Outcome.APPLIED for one in sent)
