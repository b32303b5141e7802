"""An outage that is known: answers are like those without it or honest errors, and soon quick.

fault-free answers │ found out │ known: refusals are quick, copies are like before │ healed
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from squall.core import events
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.gates.verdict import Verdict
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op
from squall.sweeping.cells import CONNECT, OUTAGE, Cell
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.readiness_cells import Outage
from squall.sweeping.run_cell import CellRunner
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.tap import Script

CALM, AFTERWARDS = 10, 3
"""Fault-free answers of each operation, from which the gate learns."""
FOUND_OUT_DEADLINES = 1.25
"""By then the app has had the time to notice."""
MAX_READS, MAX_WRITES = 4, 2
MAX_DEADLINES = 4.5
LEAST_ANSWERS = 3
ENOUGH, ENOUGH_DEADLINES = 12, 2.0
"""So many requests in the outage are compared with those before, if the known ones are quick; fewer
after this many deadlines.
"""
SLOW_SHARE = 0.45
"""Share of the deadline: an answer that takes longer uses up the caller's time for nothing."""


def asked_in_outage(profiles: Sequence[StatementProfile]) -> list[StatementProfile]:
    """Some operations: quick reads, which may do without the database, and a few writes."""
    alone = sorted(
        (one for one in profiles if not one.operation.after), key=lambda one: one.seconds
    )
    reads = [one for one in alone if not one.writes]
    writes = [one for one in alone if one.writes]
    return [*reads[:MAX_READS], *writes[:MAX_WRITES]]


def outage_cells() -> list[Cell]:
    """Connections are accepted and closed: an app can know this at once."""
    return [Cell(operation=OUTAGE, point=CONNECT, fault="cut_before", mode="on")]


async def run_outage_cell(runner: CellRunner, cell: Cell, profile: StatementProfile) -> CellResult:
    """Send one request after another before and in the outage."""
    room, began = runner.room, time.monotonic()
    profiles = asked_in_outage(runner.profiles)
    calm = [await _op(runner, one) for one in profiles for _ in range(CALM)]
    injected = time.monotonic()
    rough, known = await _ask_in_the_outage(runner, profiles)
    found = await runner.see_that_all_is_well(profile, set())
    healed = time.monotonic()
    calm += [await _op(runner, one) for one in profiles for _ in range(AFTERWARDS)]
    contract = room.lab.profile.contract
    problems = [*judge_outage([*calm, *rough], injected, healed, contract)]
    problems += too_slow(known, room.deadline)
    refused = sum(not one.good for one in rough)
    return CellResult(
        cell=cell,
        status=Status.FAILED if problems or found else Status.SURVIVED,
        problems=(*problems, *found),
        answer=f"{len(rough)} requests, {refused} without success",
        request="requests of each kind in turn",
        seconds=time.monotonic() - began,
    )


async def _ask_in_the_outage(
    runner: CellRunner, profiles: Sequence[StatementProfile]
) -> tuple[list[Op], list[Op]]:
    """All requests, and those that were sent when the app could know."""
    room, outage, began = runner.room, Outage(cut=True), time.monotonic()
    room.tap.script = outage
    room.tap.reset_connections()
    found_out = began + FOUND_OUT_DEADLINES * room.deadline
    ends = began + MAX_DEADLINES * room.deadline
    rough, known = list[Op](), list[Op]()
    while time.monotonic() < ends and not _enough(rough, known, room.deadline):
        op = await _op(runner, profiles[len(rough) % len(profiles)])
        rough.append(op)
        if op.sent >= found_out:
            known.append(op)
    room.tap.script = Script()
    room.tap.release(outage.id)
    return rough, known


def _enough(rough: Sequence[Op], known: Sequence[Op], deadline: float) -> bool:
    if len(known) < LEAST_ANSWERS:
        return False
    quick = any(op.done - op.sent <= SLOW_SHARE * deadline for op in _told(known))
    many = len(rough) >= ENOUGH or known[-1].done - rough[0].sent > ENOUGH_DEADLINES * deadline
    return quick and many


def _told(known: Sequence[Op]) -> Sequence[Op]:
    """The refusals; if there are none, copies and other successes."""
    return [op for op in known if not op.good] or known


async def _op(runner: CellRunner, profile: StatementProfile) -> Op:
    return (await runner.room.ask(profile.operation)).as_op()


def judge_outage(
    ops: Sequence[Op], injected: float, healed: float, contract: Contract
) -> Iterator[Problem]:
    """Answers that are neither an error nor like those before and afterwards."""
    fault = "network.accept_and_close"
    marks = [
        events.FaultInjected(at=injected, step=0, fault=fault, label=fault, effect="cuts"),
        events.FaultHealed(at=healed, step=0, fault=fault, bites=1, what="connections"),
    ]
    evidence = Evidence(ops=ops, events=marks, final_state=None, contract=contract)
    finding = AnswerUnlikeCalm().judge(evidence)
    if finding.verdict is Verdict.FAIL:
        yield Problem(CellFailure.WRONG, finding.reason)


def too_slow(known: Sequence[Op], deadline: float) -> Iterator[Problem]:
    """Answers that all take nearly half of the deadline or more, although the outage is known."""
    took = [op.done - op.sent for op in _told(known)]
    if len(took) >= LEAST_ANSWERS and min(took) > SLOW_SHARE * deadline:
        text = f"each answer still takes at least {1000 * min(took):.0f} ms"
        yield Problem(
            CellFailure.SLOW,
            f"connections to the database have been refused for a deadline, and {text}",
        )
