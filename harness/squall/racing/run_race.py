"""Run one race: A is held, B runs, A continues; then the rows are restored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from squall.core.errors import LabError
from squall.lab.wal import RowChange
from squall.racing.oracle import Outcomes, SerialRuns, learn
from squall.racing.pairs import HoldPoint, Interleaving, Pair
from squall.racing.race_result import RaceResult, RaceStatus
from squall.racing.race_script import HoldScript, TwoHolds
from squall.racing.undo import undo_sql
from squall.sweeping.change_log import ChangeLog
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.describe import answer_line, change_line
from squall.sweeping.judge_cell import undocumented
from squall.sweeping.tap import Script
from squall.sweeping.tapped_lab import TappedLab
from squall.workload.operations import PlannedRequest

REPEATS = 2
BLOCKED_SECONDS = 0.6
"""Time without an answer after which B counts as blocked although no lock shows it."""
POLL_SECONDS = 0.01
QUIET_SECONDS = 3.0

Sending = asyncio.Future[ReceivedAnswer]


@dataclass(slots=True)
class RaceRunner:
    """Races on one app."""

    room: TappedLab
    changes: ChangeLog

    async def serial_runs(self, pair: Pair) -> SerialRuns:
        """A, B, A then B, B then A: each twice, from the same rows."""
        orders = {"A": (0,), "B": (1,), "A then B": (0, 1), "B then A": (1, 0)}
        repeats = {
            name: [await self._serial(pair, order) for _ in range(REPEATS)]
            for name, order in orders.items()
        }
        return learn(repeats)

    async def _serial(self, pair: Pair, order: tuple[int, ...]) -> Outcomes:
        await self.changes.read()
        requests = self._requests(pair)
        answers: list[ReceivedAnswer | None] = [None, None]
        for which in order:
            answers[which] = await self.room.client.send(requests[which])
        return Outcomes(await self._take_back(), (answers[0], answers[1]))

    async def run(self, pair: Pair, race: Interleaving, serial: SerialRuns) -> RaceResult:
        """Run and judge one race."""
        began = time.monotonic()
        await self.changes.read()
        script = TwoHolds()
        self.room.tap.forget()
        self.room.tap.script = script
        requests = self._requests(pair)
        first, held = await self._send(script, pair, race.first, requests[0])
        waited, second = "", None
        if held is not None:
            second, waited = await self._send_second(script, pair, race, requests[1], first)
            self._let_go(held, cut=race.cut)
            await self._blocked(first)  # by B, which is held; then B continues
        self._let_all_go(script)
        answers = (await first, None if second is None else await second)
        self.room.tap.script = Script()
        seen = Outcomes(await self._take_back(), answers)
        if held is None or second is None:
            return RaceResult(pair=pair.name, interleaving=race.id, status=RaceStatus.NOT_HELD)
        return self._judged(pair, race, serial, seen, waited, time.monotonic() - began)

    async def _send(
        self, script: TwoHolds, pair: Pair, hold: HoldPoint, request: PlannedRequest
    ) -> tuple[Sending, HoldScript | None]:
        """Send a request until it is held; None if it was answered without being held."""
        profile = pair.first if not script.scripts else pair.second
        holding = HoldScript(hold, profile)
        script.scripts.append(holding)
        sending = asyncio.ensure_future(self.room.client.send(request))
        await self._either(holding, sending)
        return sending, holding if holding.held.is_set() else None

    async def _send_second(
        self,
        script: TwoHolds,
        pair: Pair,
        race: Interleaving,
        request: PlannedRequest,
        first: Sending,
    ) -> tuple[Sending, str]:
        """Run B to its end or to its own hold. Also returns the lock for which it waits, if any."""
        if race.second is not None:
            holding = HoldScript(race.second, pair.second)
            holding.other = script.scripts[0].session
            script.scripts.append(holding)
            done = holding.held
        else:
            script.scripts[0].over = True
            done = asyncio.Event()
        sending = asyncio.ensure_future(self.room.client.send(request))
        return sending, await self._blocked(sending, first, until=done)

    async def _blocked(self, *sent: Sending, until: asyncio.Event | None = None) -> str:
        """Wait for one of them, or the event. Returns the lock that blocks, if any."""
        event = asyncio.ensure_future((until or asyncio.Event()).wait())
        awaited: set[asyncio.Future[Any]] = {*sent, event}
        end = time.monotonic() + BLOCKED_SECONDS
        try:
            while True:
                done, _ = await asyncio.wait(
                    awaited, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    return ""
                waits = await self.changes.waits()
                if waits and not any(one.done() for one in awaited):
                    return ", ".join(waits)
                if time.monotonic() > end:
                    return "something in the app"
        finally:
            event.cancel()

    def _let_go(self, held: HoldScript, *, cut: bool) -> None:
        held.over = True
        if cut:
            self.room.tap.cut(held.session)
        self.room.tap.release(held.id)

    def _let_all_go(self, script: TwoHolds) -> None:
        for holding in script.scripts:
            holding.over = True
            self.room.tap.release(holding.id)

    async def _either(self, holding: HoldScript, sending: Sending) -> None:
        waiting = asyncio.ensure_future(holding.held.wait())
        both: set[asyncio.Future[object]] = {waiting, sending}  # type: ignore[arg-type] # futures are invariant
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    def _requests(self, pair: Pair) -> tuple[PlannedRequest, PlannedRequest]:
        source = self.room.source
        first = source.next(pair.first.operation)
        return first, first if pair.same_key else source.next(pair.second.operation)

    async def _take_back(self) -> tuple[RowChange, ...]:
        """What was committed. Afterwards the rows are as before."""
        end = time.monotonic() + QUIET_SECONDS
        while await self.changes.busy() and time.monotonic() < end:  # noqa: ASYNC110 - asks the server
            await asyncio.sleep(POLL_SECONDS)
        found = await self.changes.read()
        await self.put_back(found)
        return tuple(found)

    async def put_back(self, found: Sequence[RowChange]) -> None:
        """Reverse these changes.

        Raises:
            LabError: the rows are not as before.
        """
        if not found:
            return
        await self.changes.execute(undo_sql(found))
        if _net(found, await self.changes.read()):
            raise LabError("the rows could not be put back after a race; see --only")

    def _judged(
        self,
        pair: Pair,
        race: Interleaving,
        serial: SerialRuns,
        seen: Outcomes,
        waited: str,
        seconds: float,
    ) -> RaceResult:
        explanation = serial.explanation(seen, cut=race.cut)
        problems = [] if explanation else ["no serial order gives these rows and answers"]
        contract = self.room.lab.profile.contract
        for name, answer in zip("AB", seen.answers, strict=True):
            breach = "" if answer is None or answer.good else undocumented(answer, contract)
            if breach and not (race.cut and name == "A"):
                problems.append(f"{name}: {breach}")
        shown = [answer_line(answer) if answer else "not sent" for answer in seen.answers]
        return RaceResult(
            pair=pair.name,
            interleaving=race.id,
            status=RaceStatus.FAILED if problems else RaceStatus.SERIAL,
            explanation=explanation,
            problems=tuple(problems),
            waited=waited,
            answers=(shown[0], shown[1]),
            changes=tuple(change_line(change) for change in seen.changes),
            serial=_serial_lines(serial) if problems else (),
            seconds=seconds,
        )


def _net(found: Sequence[RowChange], undone: Sequence[RowChange]) -> bool:
    empty = SerialRuns(learn({}).volatile, {})
    return bool(empty.net(Outcomes((*found, *undone), (None, None))))


def _serial_lines(serial: SerialRuns) -> tuple[str, ...]:
    lines = []
    for name in ("A then B", "B then A"):
        run = serial.runs[name]
        told = " / ".join(answer_line(answer)[:80] for answer in run.answers if answer)
        lines.append(f"{name}: {told}")
        lines += [f"  {change_line(change)}" for change in run.changes]
    return tuple(lines)
