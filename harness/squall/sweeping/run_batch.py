"""Run several cells that wait for the app's own time-out at the same time, one request for each.

Answers are judged individually. Effects are judged for the batch as a whole; if they do not add up,
every cell of it is run again alone, which shows whose effect it was.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from squall.history.op import Outcome
from squall.lab import app_log
from squall.lab.wal import RowChange
from squall.sweeping.cells import Cell
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.describe import Shown, describe
from squall.sweeping.effects import EffectKind
from squall.sweeping.judge_cell import Seen, judge_cell
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.run_cell import CellRunner, bitten_or_answered
from squall.sweeping.sweep_result import CellResult, Status
from squall.sweeping.sweep_script import CellScript, Scripts
from squall.sweeping.tap import Script
from squall.workload.operations import PlannedRequest

BITE_SECONDS = 0.4
"""A request that has not reached its statement by then may be waiting for another one's session."""

Wanted = tuple[Cell, StatementProfile]


@dataclass(slots=True)
class _Held:
    cell: Cell
    profile: StatementProfile
    script: CellScript
    sending: asyncio.Future[ReceivedAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came of a batch."""

    passed: list[CellResult] = field(default_factory=list)
    """The others that were sent must be run alone."""
    sent: int
    waited: bool
    """Whether the last one sent waited for another one's session, so that no more were sent."""


async def run_batch(runner: CellRunner, wanted: Sequence[Wanted]) -> Batch:
    """Run cells together, as many as the app serves at the same time."""
    room = runner.room
    began = time.monotonic()
    log_size = app_log.size(room.lab.app.log_path)
    requests = [await room.prepare(profile.operation) for _, profile in wanted]
    if room.changes is not None:
        await room.changes.read()
    room.tap.forget()
    settings = runner.settings()
    held, waited = await _send_all(runner, wanted, requests)
    seen = [Seen(cell=one.cell, profile=one.profile, answer=await one.sending) for one in held]
    statements = tuple(room.tap.statements)
    room.tap.script = Script()
    for one in held:
        one.script.heal()
        room.tap.release(one.script.id)
    left_open = await runner.settle() or runner.settings() - settings
    changes = [] if room.changes is None else await room.changes.read()
    spoiled = await _is_spoiled(runner, [profile for _, profile in wanted])
    log = list(app_log.problems(room.lab.app.log_path, log_size))
    if left_open or spoiled or log or not adds_up(seen, changes):
        return Batch(sent=len(held), waited=waited)
    seconds = (time.monotonic() - began) / len(held)
    results = []
    for judged, one in zip(seen, held, strict=True):
        problems = judge_cell(judged, room.lab.profile.contract)
        # A success that comes while its COMMIT waits may be too early: it is judged alone.
        early = judged.answer.good and one.profile.writes
        if one.script.bites and not problems and not early:
            status = Status.SURVIVED if judged.answer.good else Status.REFUSED
            own = {step.fingerprint for step in one.profile.steps}
            sent = [s for s in statements if s.fingerprint in own]
            shown = Shown(statements=sent, seconds=seconds, shared=True)
            results.append(describe(judged, status, (), shown))
    return Batch(passed=results, sent=len(held), waited=waited)


async def _send_all(
    runner: CellRunner, wanted: Sequence[Wanted], requests: Sequence[PlannedRequest]
) -> tuple[list[_Held], bool]:
    """Send one request after another, each when the fault of the previous one acts. One that sends
    nothing is the last one: the pool has no place for more. One that waits for a row has a place.
    """
    room = runner.room
    scripts = Scripts()
    room.tap.script = scripts
    held = []
    for (cell, profile), request in zip(wanted, requests, strict=True):
        script = CellScript(cell, profile, room.deadline)
        scripts.add(script)
        before = room.tap.total
        sending = asyncio.ensure_future(room.client.send(request))
        held.append(_Held(cell, profile, script, sending))
        await bitten_or_answered(script, sending, BITE_SECONDS)
        if room.tap.total == before and not (script.bites or sending.done()):
            return held, True
    return held, False


async def _is_spoiled(runner: CellRunner, profiles: Sequence[StatementProfile]) -> bool:
    """Whether later requests fail. An app that stays unhealthy gets a new process."""
    bad = False
    for profile in {id(profile): profile for profile in profiles}.values():
        bad |= bool(await runner.see_that_all_is_well(profile, set()))
    if runner.ill:
        await runner.new_process()
    return bad


def adds_up(seen: Sequence[Seen], changes: Sequence[RowChange]) -> bool:
    """Whether the rows are those of all acknowledged requests and some with unknown outcome."""
    for profile in {id(one.profile): one.profile for one in seen}.values():
        if profile.effect is None or not profile.writes:
            continue
        mine = [one.answer.outcome for one in seen if one.profile is profile]
        applied, unknown = mine.count(Outcome.APPLIED), mine.count(Outcome.UNKNOWN)
        if profile.effect.compare(changes) is EffectKind.NOTHING:
            possible = applied == 0
        else:
            possible = any(
                profile.effect.compare(changes, times) is EffectKind.ONCE
                for times in range(max(1, applied), applied + unknown + 1)
            )
        if not possible:
            return False
    return True
