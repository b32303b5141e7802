"""The app's own gauges as columns for the charts: numbers as lines, states as lanes.

A gauge that never changed is not drawn but mentioned in the legend, so that the lines are worth
reading.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from squall.core.events import GaugesSampled
from squall.history.evidence import Evidence

MAX_LINES = 6
"""The number of colours that the page has for them."""

GAP = 4
"""A gap of more than this multiple of the usual distance between samples is drawn as a gap."""


def numbers(evidence: Evidence, zero: float) -> dict[str, Any]:
    """Gauges that are numbers: one row of values for each name, None where the app did not
    answer.
    """
    samples = _samples(evidence)
    ats, chosen = with_holes([round(sample.at - zero, 4) for sample in samples])
    names = [name for name in _names(samples) if not any(name in s.states for s in samples)]
    rows = {
        name: [None if i is None else samples[i].values.get(name) for i in chosen] for name in names
    }
    seen = {name: {value for value in row if value is not None} for name, row in rows.items()}
    moving = [name for name in names if len(seen[name]) > 1]
    return {
        "at": ats if moving else [],
        "names": [short(name, names) for name in moving[:MAX_LINES]],
        "rows": [rows[name] for name in moving[:MAX_LINES]],
        "still": [f"{short(n, names)} {min(seen[n]):g}" for n in names if len(seen[n]) == 1],
        "left_out": moving[MAX_LINES:],
    }


def states(evidence: Evidence, zero: float) -> dict[str, Any]:
    """Gauges that represent a state: a lane for each, with a segment for as long as it lasts."""
    samples = [sample for sample in _samples(evidence) if sample.states]
    names = sorted({name for sample in samples for name in sample.states})
    hole = _hole([sample.at for sample in samples])
    pieces: list[tuple[float, float, int, str, int]] = []
    last: dict[str, int] = {}
    for sample, later in itertools.pairwise([*samples, *samples[-1:]]):
        until = round(min(later.at, sample.at + hole) - zero, 4)
        for name, word in sorted(sample.states.items()):
            # 0 is the good state, by convention of the profile; all values above 1 are shown as the
            # worst.
            level = max(0, min(int(sample.values.get(name, 2)), 2))
            piece = (round(sample.at - zero, 4), until, names.index(name), word, level)
            before = last.get(name)
            begun, ended, _, same, _ = pieces[before] if before is not None else (*piece[:4], 0)
            if before is not None and (ended, same) == (piece[0], word):
                pieces[before] = (begun, *piece[1:])
            else:
                last[name] = len(pieces)
                pieces.append(piece)
    columns = ("at", "until", "lane", "word", "level")
    return {
        "names": [short(name.removesuffix("_state"), _names(samples)) for name in names],
        **{column: [piece[place] for piece in pieces] for place, column in enumerate(columns)},
    }


def with_holes(ats: Sequence[float]) -> tuple[list[float], list[int | None]]:
    """The times with one more in each gap, and the index of the sample for each; None in a gap."""
    hole = _hole(ats)
    times: list[float] = []
    places: list[int | None] = []
    for index, at in enumerate(ats):
        if times and at - times[-1] > hole:
            times.append(round(times[-1] + hole / GAP, 4))
            places.append(None)
        times.append(at)
        places.append(index)
    return times, places


def short(name: str, names: Sequence[str]) -> str:
    """A name without the common prefix of all: ``orders_pool_in_use`` becomes ``pool in use``."""
    words = [each.split("_") for each in names]
    shared = 0
    while len({tuple(each[: shared + 1]) for each in words}) == 1 < len(words):
        shared += 1
    return " ".join(name.split("_")[shared:]) or name


def _hole(ats: Sequence[float]) -> float:
    gaps = sorted(after - before for before, after in itertools.pairwise(ats))
    return GAP * gaps[len(gaps) // 2] if gaps else 0.0


def _samples(evidence: Evidence) -> list[GaugesSampled]:
    return [event for event in evidence.events if isinstance(event, GaugesSampled)]


def _names(samples: Sequence[GaugesSampled]) -> list[str]:
    """In the order of the profile."""
    return list(dict.fromkeys(name for sample in samples for name in sample.values))
