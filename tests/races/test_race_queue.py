"""Races are handed out in parts, so that labs share a pair, and reported in their own order."""

from __future__ import annotations

import pytest
from squall.core.errors import UsageError
from squall.racing.pairs import Pair, interleavings
from squall.racing.race_queue import MAX_UNIT, PairRaces, RaceQueue, wanted_races
from squall.sweeping.profile_operation import ProfiledStatement, StatementProfile
from squall.workload.operations import Operation

STEP = ProfiledStatement("SELECT ? FROM items", "I", "SELECT 1 FROM items", has_rows=True)


def pair(name: str, statements: int) -> Pair:
    profile = StatementProfile(
        operation=Operation(name=name, method="POST", path="/", effect="write"),
        steps=(STEP,) * statements,
        effect=None,
        answers=(),
        seconds=0.0,
    )
    return Pair(first=profile, second=profile)


def test_every_race_is_handed_out_once_and_no_part_is_long() -> None:
    pairs = [pair("sell", 9), pair("buy", 1)]
    queue = RaceQueue(wanted_races(pairs, (), 4))
    units: list[PairRaces] = []
    while (unit := queue.take()) is not None:
        units.append(unit)
    taken = [f"{one.pair}:{race.id}" for one in units for race in one.races]
    every = [f"{one.name}:{race.id}" for one in pairs for race in interleavings(one, 4)]
    assert taken == every == list(queue.planned)
    assert max(len(one.races) for one in units) <= MAX_UNIT < len(every)
    assert queue.seconds == 0


def test_a_race_is_chosen_by_its_id() -> None:
    (one,) = wanted_races([pair("sell", 2), pair("buy", 1)], ("sell+sell:after-2",), 4)
    assert (one.pair, [race.id for race in one.races]) == ("sell+sell", ["after-2"])


@pytest.mark.parametrize("race", ["sell+sell:after-3", "sell+rent:after-1"])
def test_a_race_that_does_not_exist_is_refused_with_the_pairs(race: str) -> None:
    with pytest.raises(UsageError, match="the pairs are: sell"):
        wanted_races([pair("sell", 2)], (race,), 4)
