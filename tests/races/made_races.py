"""A result of races, made by hand: no lab."""

from __future__ import annotations

from squall.racing.race_result import RacedPair, RaceResult, RacesResult, RaceStatus
from squall.sweeping.profile_operation import NotProfiled

from tests.sweep.made_sweep import ORDER, READ

TWICE = RacedPair("place-order+place-order (same key)", "place-order", "place-order")
READING = RacedPair("read-item+place-order", "read-item", "place-order")


def race(
    pair: RacedPair,
    interleaving: str,
    status: RaceStatus = RaceStatus.SERIAL,
    *problems: str,
    waited: str = "",
    answer: str = "201 after 12 ms: {}",
) -> RaceResult:
    """One race that was run."""
    return RaceResult(
        pair=pair.name,
        interleaving=interleaving,
        status=RaceStatus.FAILED if problems else status,
        explanation="A then B" if status is RaceStatus.SERIAL and not problems else "",
        problems=problems,
        waited=waited,
        answers=(answer, "200 after 3 ms: {}"),
        changes=("insert orders id=7", "update items stock=9 → 8"),
        serial=("A then B: 201 / 200",) if problems else (),
        seconds=0.03,
    )


LOST = race(TWICE, "after-2", RaceStatus.FAILED, "no serial order gives these rows and answers")
WAITED = race(TWICE, "before-3", waited="transactionid ShareLock")
CUT = race(TWICE, "before-2/cut")
BOTH = race(TWICE, "after-2/after-1")
NOT_HELD = race(READING, "before-1", RaceStatus.NOT_HELD)
GOOD = race(READING, "after-1")
ALL = (NOT_HELD, GOOD, WAITED, LOST, CUT, BOTH)


def races_result(*results: RaceResult) -> RacesResult:
    """Races with these results."""
    return RacesResult(
        target="reference",
        seed=4,
        operations=(ORDER, READ),
        pairs=(READING, TWICE),
        left_out=(NotProfiled("list-orders", "it sends no statement"),),
        results=results,
        seconds=1.5,
        reproduce="squall races --seed 4 --race '{race}'",
        notes=("a note",),
    )
