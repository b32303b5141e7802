"""Run one cell: arm, send, heal, read the effect, send again, and check that the app is healthy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from squall.core.errors import AppFailed
from squall.core.setting_kinds import changes_meaning
from squall.history.op import HUNG_UP
from squall.lab import app_log
from squall.sweeping.app_at_rest import wait_until_at_rest
from squall.sweeping.cell_effects import CellEffects
from squall.sweeping.cells import CONNECT, Cell
from squall.sweeping.client import ReceivedAnswer, no_answer
from squall.sweeping.describe import Shown, describe
from squall.sweeping.judge_cell import Seen, has_another_form, judge_cell, undocumented
from squall.sweeping.later_requests import RECOVERY_SECONDS, RETRY_SECONDS, LaterRequests
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.sweep_script import CellScript
from squall.sweeping.tap import Script
from squall.sweeping.tapped_lab import TappedLab
from squall.workload.operations import PlannedRequest

MAX_RESTARTS = 8
"""An app that was restarted this often is not swept further: each new process takes seconds."""

QUIET_SECONDS = 2.0
HANG_UP_SECONDS = 0.02
EARLY = frozenset({"slow", "silence", "reply_silence"})


@dataclass(slots=True)
class CellRunner:
    """Runs cells one after another on one app."""

    room: TappedLab
    profiles: Sequence[StatementProfile]
    ill: bool = field(default=False)
    """Whether the last cell left the app unhealthy, so that it needs a new process."""
    restarts: int = 0
    _usual: frozenset[str] | None = None
    _after: LaterRequests = field(init=False)
    _is_leader: bool | None = None
    """Whether it holds an advisory lock in calm: it may lose it by a fault, and take it again."""

    def __post_init__(self) -> None:
        """Share the room and the operations."""
        self._after = LaterRequests(self.room, self.profiles)

    async def new_process(self) -> None:
        """Restart an app that a cell left unhealthy, or that exited."""
        self.ill = False
        self.restarts += 1
        try:
            await self.room.restart_app()
        except AppFailed:
            self.restarts = MAX_RESTARTS  # the finding is reported; nothing more is possible

    def settings(self) -> frozenset[tuple[int, str]]:
        """Session and name of each setting that no fault-free request leaves on a session."""
        now = self.room.tap.settings()
        if self._usual is None:  # nothing was injected until now
            self._usual = frozenset(name for _, name in now)
        return frozenset(x for x in now if x[1] not in self._usual and changes_meaning(x[1]))

    def _locks(self) -> int:
        """Advisory locks of idle sessions, as last seen."""
        now = 0 if self.room.changes is None else self.room.changes.locks
        if self._is_leader is None:  # nothing was injected until now
            self._is_leader = now > 0
        return now

    async def _keeps_a_lock(self, before: int) -> bool:
        """Whether an idle session holds an advisory lock more, and does not release it."""
        end = time.monotonic() + QUIET_SECONDS
        while self._locks() > before and not self._is_leader and self.room.changes is not None:
            if time.monotonic() > end:
                return True
            await asyncio.sleep(RETRY_SECONDS)
            await self.room.changes.busy()
        return False

    async def run(self, cell: Cell, profile: StatementProfile) -> CellResult:
        """Run and judge one cell."""
        began = time.monotonic()
        room = self.room
        effects = CellEffects.of(room.changes, profile)
        log_size = app_log.size(room.lab.app.log_path)
        script = CellScript(cell, profile, room.deadline)
        settings = self.settings()
        seen = await self._inject(cell, profile, script, effects)
        left = frozenset(name for _, name in self.settings() - settings)
        statements = tuple(room.tap.statements)
        seen = await self._same_read(seen)
        seen, changes = await effects.complete(await self._ask_again(seen, effects))
        touched = {one.session for one in statements}
        after = await self.see_that_all_is_well(profile, touched, again=seen.again)
        log = tuple(app_log.problems(room.lab.app.log_path, log_size, self._patterns))
        seen = replace(seen, log=log, settings=left)
        problems = [*judge_cell(seen, room.lab.profile.contract), *after] if script.bites else []
        shown = Shown(statements=seen.sent, changes=changes, seconds=time.monotonic() - began)
        return describe(seen, _status(seen, script.bites, problems), problems, shown)

    async def _inject(
        self, cell: Cell, profile: StatementProfile, script: CellScript, effects: CellEffects
    ) -> Seen:
        """Send under the fault, heal, and wait until the effect is there."""
        room = self.room
        request = await room.prepare(profile.operation)
        if cell.point == CONNECT:
            room.tap.reset_connections()
            await asyncio.sleep(0)
        await effects.begin()
        room.tap.forget()
        room.tap.script = script
        answer = await self._answer(request, script)
        if cell.fault in EARLY and answer.good:
            await effects.answered()
        script.heal()
        room.tap.script = Script()
        room.tap.release(script.id)
        sent, startups = tuple(room.tap.statements), room.tap.startups
        locks = self._locks()
        left_open = await self.settle()
        await effects.settled(left_open)
        if not left_open and await self._keeps_a_lock(locks):
            left_open = "holding an advisory lock"
        return Seen(
            cell=cell,
            profile=profile,
            answer=answer,
            hung_up=answer.error == HUNG_UP,
            sent=sent,
            startups=startups,
            left_open=left_open,
        )

    @property
    def _patterns(self) -> tuple[str, ...]:
        return self.room.lab.profile.unhandled_patterns

    async def send_under(self, script: CellScript, profile: StatementProfile) -> ReceivedAnswer:
        """Send one request under this script, and heal."""
        self.room.tap.script = script
        answer = await self._answer(self.room.source.next(profile.operation), script)
        script.heal()
        self.room.tap.release(script.id)
        return answer

    async def _answer(self, request: PlannedRequest, script: CellScript) -> ReceivedAnswer:
        sending = asyncio.ensure_future(self.room.client.send(request))
        if script.cell.fault == "hang_up" and await self._hang_up(sending, script):
            return no_answer(request)
        return await sending

    async def _hang_up(self, sending: asyncio.Future[ReceivedAnswer], script: CellScript) -> bool:
        """Disconnect the client while its statement is held."""
        await bitten_or_answered(script, sending, None)
        if sending.done():
            return False
        sending.cancel()
        await asyncio.sleep(HANG_UP_SECONDS)  # the app's server notices it
        return True

    async def settle(self) -> str:
        """Wait until the app is idle. Returns the states of sessions that do not become idle."""
        room = self.room
        return await wait_until_at_rest(room.tap, room.changes, QUIET_SECONDS + room.deadline)

    async def _same_read(self, seen: Seen) -> Seen:
        """Send a read again whose answer had another form: its row may be another one."""
        is_read = seen.profile.operation.effect == "read"
        if not is_read or not seen.answer.good:
            return seen
        if not has_another_form(seen.answer, seen.profile.answers):
            return seen
        return replace(seen, calm=await self.room.client.send(seen.answer.request))

    async def _ask_again(self, seen: Seen, effects: CellEffects) -> Seen:
        """Repeat the key if the operation promises one effect."""
        profile = seen.profile
        if not profile.idempotent:
            return seen
        end = time.monotonic() + RECOVERY_SECONDS + self.room.deadline
        again = await self.room.client.send(seen.answer.request)
        while not again.good and time.monotonic() < end:
            if undocumented(again, self.room.lab.profile.contract):
                break
            await asyncio.sleep(RETRY_SECONDS)
            again = await self.room.client.send(seen.answer.request)
        await effects.repeated(seen.left_open or await self.settle())
        return replace(seen, again=again)

    async def see_that_all_is_well(
        self,
        profile: StatementProfile,
        touched: set[int],
        *,
        again: ReceivedAnswer | None = None,
    ) -> list[Problem]:
        """Send more requests of this and another operation, on the sessions that were used."""
        problem = await self._after.see(profile, touched, again=again)
        if problem is None:
            return []
        self.ill |= problem.failure is CellFailure.POISONED
        return [problem]


async def bitten_or_answered(
    script: CellScript, sending: asyncio.Future[ReceivedAnswer], seconds: float | None
) -> None:
    """Wait until the fault acts or the request is answered, at most for this time."""
    waiting = asyncio.ensure_future(script.bitten.wait())
    both: set[asyncio.Future[Any]] = {waiting, sending}
    await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _status(seen: Seen, bites: int, problems: Sequence[Problem]) -> Status:
    if problems:
        return Status.FAILED
    if not bites:
        return Status.NOT_EXERCISED
    return Status.SURVIVED if seen.answer.good or seen.hung_up else Status.REFUSED
