"""All races of one app: profile, pair, interleave, and compare with serial order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from squall.core.errors import LabError, UsageError
from squall.lab.lab_options import LabOptions
from squall.racing.oracle import SerialRuns
from squall.racing.pairs import Interleaving, Pair, find_pairs, interleavings, parse_race
from squall.racing.race_result import RaceResult, RacesResult, RaceStatus
from squall.racing.run_race import RaceRunner
from squall.sweeping.sweeper import profile_all
from squall.sweeping.tapped_lab import TappedLab, tapped_lab

TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceOptions:
    """Which races to run."""

    only: tuple[str, ...] = ()
    """Operations by name; all if empty."""
    races: tuple[str, ...] = ()
    """Run only these races: ``A+B:before-2``."""
    reproduce: str = "squall races --race {race}"
    on_result: Callable[[RaceResult], None] | None = None


async def run_races(lab_options: LabOptions, wanted: RaceOptions) -> RacesResult:
    """Race the operations of one app in a lab of its own.

    Raises:
        LabError: the lab broke, or its server cannot report what was committed.
        UsageError: an operation or a race does not exist.
    """
    async with tapped_lab(lab_options) as room:
        return await races_in(room, wanted)


async def races_in(room: TappedLab, wanted: RaceOptions) -> RacesResult:
    """The same in a lab that is already running."""
    began = time.monotonic()
    if room.changes is None:
        raise LabError(f"races need the server's log of changes: {room.why_no_changes}")
    room.source.fixed = True
    runner = RaceRunner(room, room.changes)
    await runner.put_back(await room.changes.read())  # requests that discovery sent to the app
    profiles, left_out = await profile_all(room, wanted.only, runner.put_back)
    results: list[RaceResult] = []
    for pair, races in _wanted(find_pairs(profiles), wanted.races, room.lab.options.seed):
        serial = await runner.serial_runs(pair)
        for race in races:
            result = await _one(runner, pair, race, serial)
            results.append(result)
            if wanted.on_result is not None:
                wanted.on_result(result)
    return RacesResult(
        target=room.lab.profile.name,
        seed=room.lab.options.seed,
        profiles=profiles,
        left_out=left_out,
        results=results,
        seconds=time.monotonic() - began,
        reproduce=wanted.reproduce,
    )


async def _one(
    runner: RaceRunner, pair: Pair, race: Interleaving, serial: SerialRuns
) -> RaceResult:
    """A request that was answered without its statement is sent again."""
    for _ in range(TRIES):
        result = await runner.run(pair, race, serial)
        if result.status is not RaceStatus.NOT_HELD:
            break
    return result


def _wanted(
    pairs: Sequence[Pair], races: Sequence[str], seed: int
) -> list[tuple[Pair, list[Interleaving]]]:
    every = [(pair, interleavings(pair, seed)) for pair in pairs]
    if not races:
        return every
    chosen = []
    for text in races:
        name, race_id = parse_race(text)
        found = [
            (pair, [race])
            for pair, possible in every
            for race in possible
            if pair.name == name and race.id == race_id
        ]
        if not found:
            names = ", ".join(pair.name for pair, _ in every)
            raise UsageError(f"--race {text}: there is no such race; the pairs are: {names}")
        chosen += found
    return chosen
