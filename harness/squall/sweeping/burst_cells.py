"""Callers at once: what one request at a time cannot show.

While statements are held: do requests wait for each other, does the pool end somewhere, and does
the event loop still answer? While they fail: how often are they repeated, and do all repeats come
back in the same moment?
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator, Sequence

from squall.sweeping.burst_judge import (
    attempts_problem,
    in_step_problem,
    one_by_one_problem,
    sessions_problem,
    stuck_loop_problem,
)
from squall.sweeping.cells import BURST, CONNECT, Cell
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.crowd import FailEach, HoldEach, Sent, send_at_once, working_statement
from squall.sweeping.judge_cell import undocumented
from squall.sweeping.loop_watch import LoopWatch
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.run_cell import CellRunner
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status
from squall.sweeping.tap import Script

FAULTS = ("silence", "40001")
FEW, MANY = 8, 40
"""Requests that show whether they wait for each other; and more than most pools have places."""
FAILING = 12
MAX_OPERATIONS = 24
WAIT_SHARE, WAIT_SECONDS = 0.5, 0.6
"""How long statements are held, as a share of the deadline, and at most."""
STEADY_SECONDS = 0.25
"""When no session was added for so long, no more come: a login takes its time on a busy machine."""
PAUSE_SECONDS = 0.004
QUEUED_SECONDS = 0.15
"""Who has no answer by then waits for something."""


def burst_cells() -> list[Cell]:
    """One for each fault that many callers meet."""
    return [Cell(operation=BURST, point=CONNECT, fault=one, mode="on") for one in FAULTS]


async def run_burst_cell(runner: CellRunner, cell: Cell, profile: StatementProfile) -> CellResult:
    """Send requests at once, and see how the app and the wire look meanwhile."""
    began = time.monotonic()
    profiles = [one for one in runner.profiles if _may_come_at_once(one)]
    await runner.settle()
    burst = _Burst(runner)
    if profiles:
        run = burst.hold if cell.fault == "silence" else burst.fail
        await run(profiles[:MAX_OPERATIONS])
    problems = list(dict.fromkeys([*burst.problems, *burst.answers_problems()]))
    await runner.settle()
    problems += await runner.see_that_all_is_well(profile, set())
    good = sum(one.good for one in burst.answers)
    status = Status.SURVIVED if burst.answers else Status.NOT_EXERCISED
    return CellResult(
        cell=cell,
        status=Status.FAILED if problems else status,
        problems=tuple(problems),
        answer="; ".join([f"{len(burst.answers)} requests, {good} successes", *burst.seen]),
        request=f"requests of each kind, {FEW} to {MANY} at once",
        seconds=time.monotonic() - began,
    )


def _may_come_at_once(profile: StatementProfile) -> bool:
    """Not those that follow another one, or whose number the app limits."""
    operation = profile.operation
    limited = bool(operation.after) or operation.least_interval_seconds > 0
    return not limited and bool(working_statement(profile))


class _Burst:
    """The bursts of one cell."""

    def __init__(self, runner: CellRunner) -> None:
        self._runner = runner
        self._room = runner.room
        self._wait = min(WAIT_SHARE * self._room.deadline, WAIT_SECONDS)
        self.answers: list[ReceivedAnswer] = []
        self.problems: list[Problem] = []
        self.seen: list[str] = []
        """Figures for the reader."""

    def answers_problems(self) -> Iterator[Problem]:
        """Answers of another form than documented, each reason once."""
        contract = self._room.lab.profile.contract
        told = (undocumented(one, contract) for one in self.answers if not one.good)
        for text in dict.fromkeys(filter(None, told)):
            yield Problem(CellFailure.UNDOCUMENTED, f"with callers at once: {text}")

    async def hold(self, profiles: Sequence[StatementProfile]) -> None:
        """Each operation with a few callers; the first one with many."""
        for profile in profiles:
            await self._few(profile)
            await self._runner.settle()
        await self._many(profiles[0])

    async def _few(self, profile: StatementProfile) -> None:
        """As soon as two sessions wait at the same time, requests do not wait for each other."""
        script = HoldEach(working_statement(profile), self._room.tap)
        self._room.tap.script = script
        sent = send_at_once(self._room, profile, FEW)
        watch = LoopWatch(self._room.lab.app.pids())
        most, waiting = await self._second_session(script, sent, watch)
        await self._release(script, sent)
        self.seen.append(f"{profile.operation.name}: {most} sessions at the same time or more")
        self._note(one_by_one_problem(profile.operation.name, FEW, most, waiting, watch))

    async def _second_session(
        self, script: HoldEach, sent: Sent, watch: LoopWatch
    ) -> tuple[int, int]:
        """Sessions held at the same time, up to two or more, and requests that wait meanwhile."""
        first, waiting, most = math.inf, FEW, 0
        end = time.monotonic() + self._room.deadline
        while most < 2 and not all(one.done() for one in sent):  # noqa: PLR2004 - two
            await asyncio.sleep(PAUSE_SECONDS)
            now = time.monotonic()
            most = max(most, script.held)
            first = min(first, now) if most else first
            if now > min(end, first + self._wait):
                break
            if now < first + QUEUED_SECONDS:  # later they may give up, or get a copy
                waiting = sum(not one.done() for one in sent)
            if most:
                watch.look()
        return most, waiting

    async def _many(self, profile: StatementProfile) -> None:
        """Count sessions, and ask for a health probe while all these requests start."""
        room = self._room
        script = HoldEach(working_statement(profile), room.tap)
        room.tap.script = script
        watch = LoopWatch(room.lab.app.pids())
        sent = send_at_once(room, profile, MANY)
        await asyncio.sleep(0)
        watching = asyncio.ensure_future(watch.run())
        seconds = await self._probe_seconds()
        watching.cancel()
        sessions = await self._steady(script)
        await self._release(script, sent)
        self.seen.append(f"{sessions} sessions for {MANY} requests")
        self.seen.append(f"a probe of health took {1000 * seconds:.0f} ms meanwhile")
        self._note(stuck_loop_problem(MANY, seconds, watch))
        declared = room.lab.profile.contract.most_sessions
        self._note(sessions_problem(MANY, sessions, declared))

    async def _probe_seconds(self) -> float:
        """How long a probe waits for its answer, at most as long as statements are held."""
        profile, began = self._room.lab.profile, time.monotonic()
        probing = asyncio.ensure_future(self._room.client.probe(profile.live or profile.ready_path))
        await asyncio.wait({probing}, timeout=self._wait)
        probing.cancel()
        return time.monotonic() - began

    async def _steady(self, script: HoldEach) -> int:
        """Number of sessions once no more come."""
        held, since = -1, time.monotonic()
        end = since + self._wait
        while (now := time.monotonic()) < end and now - since < STEADY_SECONDS and held < MANY:
            if script.held != held:
                held, since = script.held, now
            await asyncio.sleep(PAUSE_SECONDS)
        return len(self._room.tap.sessions)

    async def _release(self, script: HoldEach, sent: Sent) -> None:
        self._room.tap.script = Script()
        self._room.tap.release(script.id)
        self.answers += await asyncio.gather(*sent)

    async def fail(self, profiles: Sequence[StatementProfile]) -> None:
        """A write, if there is one: first all fail once, then always."""
        writing = [one for one in profiles if one.writes]
        profile = (writing or list(profiles))[0]
        statement = working_statement(profile)
        problem = await self._fail_once(statement, profile)
        if problem is not None:  # once more: a machine that stood still looks like it
            problem = await self._fail_once(statement, profile)
        self._note(problem)
        always = FailEach(statement, "40001")
        await self._under(always, profile, FAILING)
        self.seen.append(f"then {len(always.failed)} attempts for {FAILING} requests that all fail")
        self._note(attempts_problem(profile.operation.name, FAILING, len(always.failed)))

    async def _fail_once(self, statement: str, profile: StatementProfile) -> Problem | None:
        once = FailEach(statement, "40001", most=FEW)
        await self._under(once, profile, FEW)
        await self._runner.settle()
        pause = min(once.passed, default=0.0) - max(once.failed, default=0.0)
        self.seen.append(f"{len(once.failed)} failed once, {len(once.passed)} were repeated")
        if once.passed:
            self.seen.append(f"the first {1000 * pause:.0f} ms after the last failure")
        return in_step_problem(FEW, once.failed, once.passed)

    async def _under(self, script: FailEach, profile: StatementProfile, count: int) -> None:
        self._room.tap.script = script
        try:
            self.answers += await asyncio.gather(*send_at_once(self._room, profile, count))
        finally:
            self._room.tap.script = Script()

    def _note(self, problem: Problem | None) -> None:
        if problem is not None:
            self.problems.append(problem)
