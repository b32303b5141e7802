"""Rounds of runs in turns, A B B A, until each figure of each outage is decided or a limit is near.

    round 1   A B  B A        a coin of the seed says whether A or B is first in a round
    round 2   B A  A B   …    so neither a warming machine nor a tiring one favours a commit

Both runs of a pair have the same seed: the same requests at the same times. A run that proves
nothing voids its pair. All figures of all outages share one chance of a false alarm (Bonferroni).
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from squall.comparing.anytime_test import Decision, PairedTest
from squall.comparing.run_figures import COMPARED
from squall.core.clock import Clock
from squall.core.ids import SEED_LIMIT, derived_seed
from squall.gates.verdict import Verdict
from squall.scenario.model import Scenario

MAX_VOID_PAIRS = 3
"""In a row; then the outage proves nothing here."""


class Arm(StrEnum):
    """One of the two commits."""

    AGAINST = "against"
    HERE = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run gave."""

    figures: Mapping[str, float] = field(default_factory=dict)
    verdict: Verdict | None = None
    void: str = ""
    """Why the run proves nothing; empty: it counts."""
    skipped: bool = False
    """The outage cannot be run here at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When the comparison ends, decided or not, and what counts as a difference."""

    rounds: int = 20
    """Of four runs in each outage."""
    seconds: float = 600.0
    """No pair starts that would end later."""
    confidence: float = 0.99
    """That nothing is called worse or better by chance, over all figures of all outages."""
    margin: float = 0.2
    """Times that differ by less are the same; shares of errors: by a quarter of it."""


@dataclass(slots=True)
class ComparedOutage:
    """One outage: its pairs, and a test for each figure."""

    scenario: Scenario
    tests: Mapping[str, PairedTest]
    pairs: list[Mapping[Arm, Measured]] = field(default_factory=list)
    """Those that count."""
    voids: int = 0
    given_up: str = ""
    """Why it is no longer run; empty: it is."""
    skipped: bool = False
    pair_seconds: float = 0.0
    """How long the last pair took."""
    _void_in_a_row: int = 0

    @property
    def name(self) -> str:
        """The outage's."""
        return self.scenario.name

    @property
    def decisions(self) -> list[Decision]:
        """Of the figures that were measured; an outage may have none of a figure, such as p95."""
        return [test.decision for test in self.tests.values() if test.count]

    @property
    def decided(self) -> bool:
        """Whether nothing is left to find out."""
        return bool(self.decisions) and Decision.UNDECIDED not in self.decisions

    @property
    def open(self) -> bool:
        """Whether another pair is wanted."""
        return not self.given_up and not self.decided

    def take(self, pair: Mapping[Arm, Measured]) -> None:
        """Count a pair, or why it does not count."""
        reason = next((one.void for one in pair.values() if one.void), "")
        if any(one.skipped for one in pair.values()):
            self.skipped, self.given_up = True, reason
            return
        if reason:
            self.voids += 1
            self._void_in_a_row += 1
            if self._void_in_a_row >= MAX_VOID_PAIRS:
                self.given_up = f"{self._void_in_a_row} pairs in a row prove nothing: {reason}"
            return
        self._void_in_a_row = 0
        self.pairs.append(pair)
        against, here = (pair[arm].figures for arm in (Arm.AGAINST, Arm.HERE))
        for figure in COMPARED:
            if figure.name in against and figure.name in here:
                difference = figure.difference(against[figure.name], here[figure.name])
                self.tests[figure.name].add(difference)

    def values(self, figure: str, arm: Arm) -> list[float]:
        """What was measured in the pairs that count."""
        found = (pair[arm].figures.get(figure) for pair in self.pairs)
        return [one for one in found if one is not None]


RunArm = Callable[[Arm, Scenario, int], Awaitable[Measured]]
"""Runs an outage with a seed against one of the commits."""

Heard = Callable[[ComparedOutage, Mapping[Arm, Measured]], None]


def pair_orders(seed: int, outage: str, number: int) -> tuple[tuple[Arm, Arm], tuple[Arm, Arm]]:
    """The two pairs of a round: A B B A, or B A A B."""
    first, second = Arm.AGAINST, Arm.HERE
    coin = random.Random(derived_seed(seed, "order", outage, number))  # noqa: S311 - repeatable
    if coin.random() < 0.5:  # noqa: PLR2004 - a coin
        first, second = second, first
    return (first, second), (second, first)


def new_tests(limits: Limits, outages: int = 1) -> dict[str, PairedTest]:
    """A test for each figure of one of these outages; they share one chance of a false alarm."""
    alpha = (1 - limits.confidence) / (outages * len(COMPARED))
    return {
        one.name: PairedTest(alpha=alpha, margin=one.margin(limits.margin), scale=one.scale)
        for one in COMPARED
    }


class CommitRounds:
    """Runs pairs, and looks at the tests after each."""

    def __init__(
        self, scenarios: Sequence[Scenario], limits: Limits, *, seed: int, clock: Clock
    ) -> None:
        self.outages = [ComparedOutage(one, new_tests(limits, len(scenarios))) for one in scenarios]
        self.seconds = 0.0
        self._limits, self._seed, self._clock = limits, seed, clock

    async def run(self, run_arm: RunArm, heard: Heard) -> None:
        """Until everything is decided, or a limit is reached."""
        begun = self._clock.now()
        for number in range(self._limits.rounds):
            for outage in [one for one in self.outages if one.open]:
                for place, order in enumerate(pair_orders(self._seed, outage.name, number)):
                    self.seconds = self._clock.now() - begun
                    late = self.seconds + outage.pair_seconds > self._limits.seconds
                    if late or not outage.open:
                        break
                    await self._pair(outage, order, 2 * number + place, run_arm, heard)
        self.seconds = self._clock.now() - begun

    async def _pair(
        self,
        outage: ComparedOutage,
        order: tuple[Arm, Arm],
        number: int,
        run_arm: RunArm,
        heard: Heard,
    ) -> None:
        begun = self._clock.now()
        seed = (self._seed + number) % SEED_LIMIT
        pair = {}
        for arm in order:
            pair[arm] = await run_arm(arm, outage.scenario, seed)
            if pair[arm].void:
                break  # the other run would prove nothing either
        outage.pair_seconds = self._clock.now() - begun
        outage.take(pair)
        heard(outage, pair)
