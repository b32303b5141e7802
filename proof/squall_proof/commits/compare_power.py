"""Measure pairs of runs in labs, and draw comparisons from them: their power and false alarms.

A comparison of 60 s needs 60 s, so 200 of them need hours, and no machine stays the same so long.
Pairs are measured once instead, in turns as ``squall compare`` takes them. Each comparison draws
its pairs from those, with replacement.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.comparing.anytime_test import Decision
from squall.comparing.commit_labs import CommitLabs
from squall.comparing.commit_rounds import Arm, CommitRounds, ComparedOutage, Limits, Measured
from squall.comparing.commit_rounds import new_tests as tests_of
from squall.comparing.run_figures import RECOVERY
from squall.config.resolve_profile import resolve_profile
from squall.core.clock import MonotonicClock
from squall.lab.lab_options import LabOptions
from squall.reports.commits_table import pair_line
from squall.scenario.library import stock

NEVER_SURE = 1e-12
"""The chance of a false alarm with which no number of pairs here decides anything."""

Say = Callable[[str], None]
Pair = Mapping[Arm, Measured]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPairs:
    """Pairs of runs of one outage, and what each costs, with those that proved nothing."""

    pairs: Sequence[Pair]
    pair_seconds: float
    voids: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Comparisons that were drawn: the share with a worse recovery, and with any change."""

    worse: float
    alarms: float
    median_seconds: float


async def measure_pairs(
    homes: Mapping[Arm, Path], outage: str, seconds: float, seed: int, say: Say
) -> MeasuredPairs:
    """Run pairs of an outage for so long, whatever they show.

    Raises:
        LabError: a lab does not start.
    """
    scenarios = [one for one in stock() if one.name == outage]
    options = {
        arm: LabOptions(profile=resolve_profile(home, None), seed=seed)
        for arm, home in homes.items()
    }
    limits = Limits(rounds=100_000, seconds=seconds, confidence=1 - NEVER_SURE)
    rounds = CommitRounds(scenarios, limits, seed=seed, clock=MonotonicClock())
    labs = CommitLabs(options, clock=MonotonicClock())
    try:
        for note in await labs.start():
            say(note)
        await rounds.run(labs.run, lambda one, pair: say(pair_line(one, pair)))
    finally:
        await labs.close()
    (found,) = rounds.outages
    taken = len(found.pairs) + found.voids
    return MeasuredPairs(
        pairs=found.pairs, pair_seconds=rounds.seconds / max(1, taken), voids=found.voids
    )


def draw_comparisons(measured: MeasuredPairs, limits: Limits, comparisons: int, seed: int) -> Drawn:
    """Comparisons with these limits, looked at after each pair, as the command looks at them. They
    end when the recovery is worse, or all is decided.
    """
    draw = random.Random(seed)  # noqa: S311 - repeatable
    scenario = stock()[0]  # its name alone is used
    found, alarms, ends = 0, 0, []
    for _ in range(comparisons):
        one = ComparedOutage(scenario, tests_of(limits))
        spent = 0.0
        while one.open and len(one.pairs) < 2 * limits.rounds:
            spent += measured.pair_seconds
            if spent > limits.seconds or one.tests[RECOVERY.name].decision is Decision.WORSE:
                break
            one.take(draw.choice(measured.pairs))
        found += one.tests[RECOVERY.name].decision is Decision.WORSE
        alarms += any(each in (Decision.WORSE, Decision.BETTER) for each in one.decisions)
        ends.append(len(one.pairs) * measured.pair_seconds)
    return Drawn(
        worse=found / comparisons,
        alarms=alarms / comparisons,
        median_seconds=sorted(ends)[len(ends) // 2],
    )
