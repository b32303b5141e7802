"""All races of one app: profile, pair, interleave, and compare with serial order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from squall.core.errors import LabError
from squall.lab.lab_options import LabOptions
from squall.racing.oracle import SerialRuns
from squall.racing.pairs import Interleaving, Pair, find_pairs
from squall.racing.race_queue import RaceQueue, wanted_races
from squall.racing.race_result import RacedPair, RaceResult, RacesResult, RaceStatus
from squall.racing.run_race import RaceRunner
from squall.sweeping.profile_operation import NotProfiled, StatementProfile
from squall.sweeping.shared_work import WORTH_SECONDS, MoreLabs, SharedWork, Worker
from squall.sweeping.sweeper import profile_all
from squall.sweeping.swept_operation import SweptOperation
from squall.sweeping.tapped_lab import TappedLab, tapped_lab

TRIES = 2

Profiles = tuple[list[StatementProfile], list[NotProfiled]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceOptions:
    """Which races to run."""

    only: tuple[str, ...] = ()
    """Operations by name; all if empty."""
    races: tuple[str, ...] = ()
    """Run only these races: ``A+B:before-2``."""
    reproduce: str = "squall races --race {race}"
    jobs: int = 1
    """Labs at the same time, if there is enough to do."""
    on_result: Callable[[RaceResult], None] | None = None
    on_plan: Callable[[int], None] | None = None
    """Called with the number of races before the first one runs."""


async def run_races(lab_options: LabOptions, wanted: RaceOptions) -> RacesResult:
    """Race the operations of one app in labs of its own.

    Raises:
        LabError: the lab broke, or its server cannot report what was committed.
        UsageError: an operation or a race does not exist.
    """
    more = [_another_lab(lab_options, wanted)] * (wanted.jobs - 1)
    async with tapped_lab(lab_options) as room:
        return await races_in(room, wanted, more=more)


def _another_lab(lab_options: LabOptions, wanted: RaceOptions) -> MoreLabs:
    async def start(work: Worker) -> None:
        async with tapped_lab(lab_options) as room:
            profiles, _ = await _profile(_runner(room), wanted)
            await work(room, profiles)

    return start


async def races_in(
    room: TappedLab, wanted: RaceOptions, *, more: Sequence[MoreLabs] = ()
) -> RacesResult:
    """The same in a lab that is already running."""
    began = time.monotonic()
    profiles, left_out = await _profile(_runner(room), wanted)
    pairs = find_pairs(profiles)
    queue = RaceQueue(wanted_races(pairs, wanted.races, room.lab.options.seed))
    if wanted.on_plan is not None:
        wanted.on_plan(len(queue.planned))
    run = _RaceRun(queue, wanted.on_result)
    shared = SharedWork(run.work)
    await shared.run(room, profiles, more if queue.seconds > WORTH_SECONDS else ())
    return RacesResult(
        target=room.lab.profile.name,
        seed=room.lab.options.seed,
        operations=[SweptOperation.of(profile) for profile in profiles],
        pairs=[
            RacedPair(one.name, one.first.operation.name, one.second.operation.name)
            for one in pairs
        ],
        left_out=left_out,
        results=[run.done[one] for one in queue.planned if one in run.done],
        seconds=time.monotonic() - began,
        reproduce=wanted.reproduce,
        notes=shared.notes,
    )


def _runner(room: TappedLab) -> RaceRunner:
    if room.changes is None:
        raise LabError(f"races need the server's log of changes: {room.why_no_changes}")
    return RaceRunner(room, room.changes)


async def _profile(runner: RaceRunner, wanted: RaceOptions) -> Profiles:
    """The profiles of all operations, each request from the same rows."""
    room = runner.room
    room.source.fixed = True
    await runner.put_back(await runner.changes.read())  # requests that discovery sent to the app
    await room.log_in_again()
    await runner.changes.read()  # users stay
    return await profile_all(room, wanted.only, runner.put_back)


@dataclass(slots=True)
class _RaceRun:
    """The results so far."""

    queue: RaceQueue
    on_result: Callable[[RaceResult], None] | None
    done: dict[str, RaceResult] = field(default_factory=dict)

    async def work(self, room: TappedLab, profiles: Sequence[StatementProfile]) -> None:
        """Run races in this lab until none is left."""
        runner = _runner(room)
        pairs = {pair.name: pair for pair in find_pairs(profiles)}
        known: dict[str, SerialRuns] = {}
        while (unit := self.queue.take()) is not None:
            pair = pairs[unit.pair]
            if pair.name not in known:
                known[pair.name] = await runner.serial_runs(pair)
            for race in unit.races:
                result = await _one(runner, pair, race, known[pair.name])
                self.done[result.id] = result
                if self.on_result is not None:
                    self.on_result(result)


async def _one(
    runner: RaceRunner, pair: Pair, race: Interleaving, serial: SerialRuns
) -> RaceResult:
    """A request that was answered without its statement is sent again."""
    for _ in range(TRIES):
        result = await runner.run(pair, race, serial)
        if result.status is not RaceStatus.NOT_HELD:
            break
    return result
