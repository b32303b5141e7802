"""Pairs of operations that may conflict, and the points at which the first one is held."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from squall.core.errors import UsageError
from squall.sweeping.fingerprint import tables_of
from squall.sweeping.profile_operation import StatementProfile

MAX_TWO_HOLDS = 24
"""Maximum for one pair. If there are more, the seed selects."""

SAME_KEY = "same key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A is held while B runs."""

    first: StatementProfile
    second: StatementProfile
    same_key: bool = False
    """B repeats the request of A, as a client that clicks twice sends it."""

    @property
    def name(self) -> str:
        """``place-order+read-item``."""
        both = f"{self.first.operation.name}+{self.second.operation.name}"
        return f"{both} ({SAME_KEY})" if self.same_key else both


@dataclass(frozen=True, slots=True, order=True)
class HoldPoint:
    """Where a request is held."""

    step: int
    """Number of the statement, from 1."""
    when: str
    """``before`` the server receives it, or ``after`` it answered."""

    @property
    def id(self) -> str:
        """``before-2``."""
        return f"{self.when}-{self.step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interleaving:
    """One race of a pair."""

    first: HoldPoint
    second: HoldPoint | None = None
    """Where B is held while A continues."""
    cut: bool = False
    """Whether A's connection is cut instead of being released."""

    @property
    def id(self) -> str:
        """``before-2``, ``before-2/after-1``, or ``before-2/cut``."""
        more = "/cut" if self.cut else "" if self.second is None else f"/{self.second.id}"
        return self.first.id + more


def find_pairs(profiles: Sequence[StatementProfile]) -> list[Pair]:
    """Every pair that shares a table and of which one writes. The holds cover both orders."""
    found = []
    for one, other in itertools.product(profiles, repeat=2):
        common = _tables(one) & _tables(other)
        if common and (one.writes or other.writes):
            found.append(Pair(first=one, second=other))
            if one is other and one.idempotent:
                found.append(Pair(first=one, second=one, same_key=True))
    return found


def _tables(profile: StatementProfile) -> frozenset[str]:
    read = frozenset[str]().union(*(tables_of(step.fingerprint) for step in profile.steps))
    written = profile.effect.tables if profile.effect is not None else frozenset()
    return read | frozenset(name.rpartition(".")[2] for name in written)


def interleavings(pair: Pair, seed: int) -> list[Interleaving]:
    """Every single hold, every cut, and pairs of holds up to a limit."""
    mine, theirs = list(_holds(pair.first)), list(_holds(pair.second))
    single = [Interleaving(first=hold) for hold in mine]
    cuts = [Interleaving(first=hold, cut=True) for hold in mine if hold.when == "before"]
    both = [
        Interleaving(first=one, second=other)
        for one, other in itertools.product(mine, theirs)
        if one.when == other.when == "after"
    ]
    if len(both) > MAX_TWO_HOLDS:
        both = random.Random(f"{seed}/{pair.name}").sample(both, MAX_TWO_HOLDS)  # noqa: S311 - repeatable
    return [*single, *sorted(both, key=lambda one: one.id), *cuts]


def _holds(profile: StatementProfile) -> Iterator[HoldPoint]:
    for number in range(1, len(profile.steps) + 1):
        yield HoldPoint(number, "before")
        yield HoldPoint(number, "after")


def parse_race(text: str) -> tuple[str, str]:
    """Pair and interleaving from ``A+B:before-2``.

    Raises:
        UsageError: the text has another form.
    """
    pair, found, rest = text.rpartition(":")
    if not found or "+" not in pair or not rest:
        raise UsageError(
            f"--race {text!r}: write A+B:HOLD, such as 'place-order+place-order:before-2'"
        )
    return pair, rest
