"""The result of the races of an app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from squall.sweeping.profile_operation import NotProfiled
from squall.sweeping.swept_operation import SweptOperation


class RaceStatus(StrEnum):
    """How one race ended."""

    SERIAL = "serial"
    """A serial order explains it."""
    FAILED = "failed"
    NOT_HELD = "not held"
    """The statement was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceResult:
    """One interleaving of one pair."""

    pair: str
    interleaving: str
    status: RaceStatus
    explanation: str = ""
    """The serial order that explains it."""
    problems: tuple[str, ...] = ()
    waited: str = ""
    """The lock for which B waited while A was held."""
    answers: tuple[str, str] = ("", "")
    changes: tuple[str, ...] = ()
    serial: tuple[str, ...] = ()
    """For a race that failed: the results of the serial orders, for comparison."""
    seconds: float = 0.0

    @property
    def id(self) -> str:
        """``A+B:before-2``, the form that ``--race`` takes."""
        return f"{self.pair}:{self.interleaving}"


@dataclass(frozen=True, slots=True)
class RacedPair:
    """Two operations that were raced."""

    name: str
    """``A+B``, with ``(same key)`` if B repeats the request of A."""
    first: str
    """The operation that is held."""
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RacesResult:
    """All races of one app."""

    target: str
    seed: int
    operations: Sequence[SweptOperation]
    pairs: Sequence[RacedPair]
    left_out: Sequence[NotProfiled]
    results: Sequence[RaceResult]
    seconds: float
    reproduce: str = "squall races --race {race}"
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def failed(self) -> list[RaceResult]:
        """The races that no serial order explains."""
        return [one for one in self.results if one.status is RaceStatus.FAILED]

    @property
    def held(self) -> int:
        """Races in which A was held; the others show nothing."""
        return sum(one.status is not RaceStatus.NOT_HELD for one in self.results)

    def count(self, status: RaceStatus) -> int:
        """Number of races with this status."""
        return sum(one.status is status for one in self.results)

    def command(self, one: RaceResult) -> str:
        """The command that repeats one race."""
        return self.reproduce.replace("{race}", one.id)

    @property
    def headline(self) -> str:
        """The figures as a sentence."""
        waited = sum(bool(one.waited) for one in self.results)
        pairs = len({one.pair for one in self.results})
        return (
            f"{self.held} races of {pairs} pairs: {self.held - len(self.failed)} serial,"
            f" {len(self.failed)} failed, B waited in {waited}"
        )
