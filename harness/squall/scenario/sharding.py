"""A part of the work for one of several machines, so that each takes about as long.

The longest first, each to the machine that has the least to do so far (Graham, "Bounds on
multiprocessing timing anomalies", 1969: at most 4/3 of the best there is). Nothing is drawn: every
machine comes to the same parts by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.errors import UsageError

MAX_SHARDS = 256

FORM = re.compile(r"([0-9]{1,6})/([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One part of several, numbered from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        """``2/4``."""
        return f"{self.number}/{self.of}"


def parse_shard(text: str) -> Shard:
    """The part that is meant by ``2/4``.

    Raises:
        UsageError: it is not NUMBER/OF, with a number from 1 to OF.
    """
    found = FORM.fullmatch(text)
    number, of = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= of <= MAX_SHARDS:
        raise UsageError(
            f"--shard {text[:40]!r}: write NUMBER/OF, such as 2/4: from 1/4 to 4/4,"
            f" at most {MAX_SHARDS} parts"
        )
    return Shard(number=number, of=of)


def balance(seconds: Mapping[str, float], shard: Shard) -> dict[str, int]:
    """The number of the shard that each name belongs to, in the order of ``seconds``.

    Raises:
        UsageError: there are more shards than names, so that one would prove nothing.
    """
    if shard.of > len(seconds):
        raise UsageError(
            f"--shard {shard}: there are {len(seconds)} to run, so at most {len(seconds)} shards"
        )
    loads = dict.fromkeys(range(1, shard.of + 1), 0.0)
    counts = dict.fromkeys(loads, 0)
    chosen: dict[str, int] = {}
    for name in sorted(seconds, key=lambda one: (-seconds[one], one)):
        # With equal loads the one with fewer names: also where all take no time, none stays empty.
        least = min(loads, key=lambda number: (loads[number], counts[number], number))
        loads[least] += seconds[name]
        counts[least] += 1
        chosen[name] = least
    return {name: chosen[name] for name in seconds}


def expected_seconds(planned: Mapping[str, float], seen: Mapping[str, float]) -> dict[str, float]:
    """What each name will take: as long as it was seen, else its plan times the usual excess."""
    known = [name for name in planned if name in seen]
    plan, took = (sum(each[name] for name in known) for each in (planned, seen))
    excess = took / plan if plan > 0 and took > 0 else 1.0
    return {name: seen.get(name, length * excess) for name, length in planned.items()}
