"""The map of races: for each pair, where A was held against what happened meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from squall.racing.race_result import RacedPair, RaceResult, RacesResult, RaceStatus
from squall.reports.html.page_parts import MAP_STYLES, render_page
from squall.reports.races_json import verdict_of

MARKS = {RaceStatus.SERIAL: "●", RaceStatus.FAILED: "✖", RaceStatus.NOT_HELD: "·"}
WAITED = "◷"
LEGEND = (
    (MARKS[RaceStatus.SERIAL], "a serial order explains it"),
    (WAITED, "the same, and B waited for a lock of A"),
    (MARKS[RaceStatus.FAILED], "no serial order explains it, or an undocumented answer"),
    (MARKS[RaceStatus.NOT_HELD], "the statement was not sent"),
)
WHOLE, CUT = "B runs whole", "then A is cut"
UNSAFE = re.compile(r"[^A-Za-z0-9_.:+/-]")


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One point at which A is held."""

    title: str
    """``before-2``."""
    statement: str
    races: tuple[RaceResult | None, ...]


@dataclass(frozen=True, slots=True)
class PairBlock:
    """One pair."""

    pair: RacedPair
    columns: tuple[str, ...]
    rows: tuple[HoldRow, ...]
    entries: tuple[RaceResult, ...]
    """Races that did not fail; failing ones have a section of their own."""
    failed: int
    locks: tuple[str, ...]
    """For which B waited."""


def races_page(result: RacesResult) -> str:
    """The page's text."""
    return render_page(
        "races.html.j2",
        (),
        styles=MAP_STYLES,
        result=result,
        blocks=blocks(result),
        legend=LEGEND,
        failing=result.failed,
        verdict=verdict_of(result),
        anchor=anchor,
        mark=mark_of,
    )


def anchor(one: RaceResult) -> str:
    """The id of a race on the page: that of the race, without white space and quotes."""
    return UNSAFE.sub("_", one.id)


def mark_of(one: RaceResult) -> str:
    """One character for the map."""
    return WAITED if one.waited and one.status is RaceStatus.SERIAL else MARKS[one.status]


def blocks(result: RacesResult) -> list[PairBlock]:
    """One table for each pair, those with failures first."""
    statements = {
        one.name: [" ".join(each.fingerprint.split()) for each in one.statements]
        for one in result.operations
    }
    found = []
    for pair in result.pairs:
        races = [one for one in result.results if one.pair == pair.name]
        if races:
            found.append(_block(pair, races, statements.get(pair.first, [])))
    return sorted(found, key=lambda block: not block.failed)


def _block(pair: RacedPair, races: Sequence[RaceResult], sql: Sequence[str]) -> PairBlock:
    places = {(held_at(one), meanwhile(one)): one for one in races}
    columns = tuple(dict.fromkeys(meanwhile(one) for one in races))
    holds = sorted(dict.fromkeys(held_at(one) for one in races), key=_in_time)
    rows = tuple(
        HoldRow(hold, _statement(hold, sql), tuple(places.get((hold, one)) for one in columns))
        for hold in holds
    )
    entries = tuple(one for one in races if not one.problems)
    failed = sum(one.status is RaceStatus.FAILED for one in races)
    locks = tuple(sorted({one.waited for one in races if one.waited}))
    return PairBlock(pair, columns, rows, entries, failed, locks)


def held_at(one: RaceResult) -> str:
    """Where A is held."""
    return one.interleaving.partition("/")[0]


def meanwhile(one: RaceResult) -> str:
    """What happens while A is held, as a column's title."""
    _, _, rest = one.interleaving.partition("/")
    return WHOLE if not rest else CUT if rest == "cut" else f"B held {rest}"


def _step(hold: str) -> int:
    return int(hold.rpartition("-")[2])


def _in_time(hold: str) -> tuple[int, bool]:
    return _step(hold), hold.startswith("after")


def _statement(hold: str, sql: Sequence[str]) -> str:
    number = _step(hold)
    return sql[number - 1] if number <= len(sql) else ""
