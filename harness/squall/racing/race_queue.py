"""The races of an app in the order in which labs take them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from squall.core.errors import UsageError
from squall.racing.pairs import Interleaving, Pair, interleavings, parse_race

MAX_UNIT = 16
"""Races of one pair that a lab takes at once, so that several labs share a pair with many."""
RACE_SECONDS = 0.1
"""What a race takes, roughly. Only decides whether a further lab pays."""


@dataclass(frozen=True, slots=True)
class PairRaces:
    """Some races of one pair."""

    pair: str
    races: tuple[Interleaving, ...]


class RaceQueue:
    """Work for one or more labs."""

    def __init__(self, wanted: Sequence[PairRaces]) -> None:
        self._units = deque(
            PairRaces(one.pair, one.races[n : n + MAX_UNIT])
            for one in wanted
            for n in range(0, len(one.races), MAX_UNIT)
        )
        self.planned = tuple(f"{one.pair}:{race.id}" for one in self._units for race in one.races)
        """The id of each race, in the order of the report."""

    @property
    def seconds(self) -> float:
        """What one lab needs for the rest, roughly."""
        return RACE_SECONDS * sum(len(one.races) for one in self._units)

    def take(self) -> PairRaces | None:
        """The next races; None when all are taken."""
        return self._units.popleft() if self._units else None


def wanted_races(pairs: Sequence[Pair], races: Sequence[str], seed: int) -> list[PairRaces]:
    """All races of these pairs, or those with these ids.

    Raises:
        UsageError: a race does not exist.
    """
    every = [PairRaces(pair.name, tuple(interleavings(pair, seed))) for pair in pairs]
    if not races:
        return every
    chosen = []
    for text in races:
        name, race_id = parse_race(text)
        found = [
            PairRaces(one.pair, (race,))
            for one in every
            for race in one.races
            if one.pair == name and race.id == race_id
        ]
        if not found:
            names = ", ".join(one.pair for one in every)
            raise UsageError(f"--race {text}: there is no such race; the pairs are: {names}")
        chosen += found
    return chosen
