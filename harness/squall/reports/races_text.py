"""Races on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from squall.racing.race_result import RaceResult, RacesResult
from squall.reports.races_page import WAITED, mark_of

MAX_SHOWN = 10


def result_lines(result: RacesResult, files: Path) -> Iterator[str]:
    """Each pair with its interleavings, failures in full, and the figures."""
    for pair in dict.fromkeys(one.pair for one in result.results):
        races = [one for one in result.results if one.pair == pair]
        yield ""
        yield pair
        yield from _rows(races)
    yield ""
    yield f"● serial  ✖ no serial order explains it  {WAITED} B waited for a lock of A"
    for left in result.left_out:
        yield f"left out: {left.operation}: {left.reason}"
    for note in result.notes:
        yield f"note: {note}"
    for one in result.failed[:MAX_SHOWN]:
        yield from _failing(result, one)
    if len(result.failed) > MAX_SHOWN:
        yield f"… and {len(result.failed) - MAX_SHOWN} more in {files / 'races.html'}"
    yield ""
    yield result.headline
    yield f"{result.seconds:.1f} s · seed {result.seed} · files in {files}"


def _rows(races: Sequence[RaceResult]) -> Iterator[str]:
    kinds = ("A held, B whole", "A and B held", "A held, then cut")
    for kind in kinds:
        mine = [one for one in races if _kind(one) == kind]
        if mine:
            shown = "  ".join(
                f"{one.interleaving.removesuffix('/cut')} {mark_of(one)}" for one in mine
            )
            yield f"  {kind:17} {shown}"
    locks = sorted({one.waited for one in races if one.waited})
    if locks:
        yield f"  {'B waited for':17} {'; '.join(locks)}"


def _kind(one: RaceResult) -> str:
    if one.interleaving.endswith("/cut"):
        return "A held, then cut"
    return "A and B held" if "/" in one.interleaving else "A held, B whole"


def _failing(result: RacesResult, one: RaceResult) -> Iterator[str]:
    yield ""
    yield f"✖ {one.id}"
    for problem in one.problems:
        yield f"    {problem}"
    for name, answer in zip("AB", one.answers, strict=True):
        yield f"    {name}: {answer[:110]}"
    for line in one.changes:
        yield f"      {line[:110]}"
    for line in one.serial:
        yield f"    {line[:110]}"
    yield f"    repeat: {result.command(one)}"
