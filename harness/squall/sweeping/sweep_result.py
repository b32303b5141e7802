"""The result of a sweep: one result for each cell, and the coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from squall.sweeping.cells import CONNECT, Cell, Pruned
from squall.sweeping.profile_operation import NotProfiled
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_shard import SweepShard
from squall.sweeping.swept_operation import SweptOperation


class Status(StrEnum):
    """How a cell ended."""

    SURVIVED = "survived"
    REFUSED = "refused well"
    FAILED = "failed"
    NOT_EXERCISED = "not exercised"


class CellFailure(StrEnum):
    """What is wrong with a failed cell. The most serious one names it."""

    POISONED = "poisoned"
    TWICE = "twice"
    LOST = "lost"
    PARTIAL = "partial"
    APPLIED = "refused but applied"
    EARLY = "acknowledged before its commit"
    KEY = "the key is spoiled"
    UNDOCUMENTED = "undocumented answer"
    WRONG = "wrong answer"
    AFTER = "a later request failed"
    LATE = "late"
    SLOW = "slower than it need be"
    CROWD = "callers at once"
    IN_STEP = "repeated in step"
    LEFT_OPEN = "session left in a transaction"
    SETTING = "setting left on a session"
    STORM = "too many statements"
    LOG = "log"
    READINESS = "readiness"
    LEFTOVER = "left behind"
    START = "does not start"
    WORSE = "survived before"


TIMED = frozenset({CellFailure.LATE, CellFailure.SLOW, CellFailure.CROWD})
"""A busy machine can cause them, so they count when they are seen twice."""


MARKS: Mapping[str, str] = {
    Status.SURVIVED: "●",
    Status.REFUSED: "○",
    Status.NOT_EXERCISED: "·",
    CellFailure.POISONED: "∞",
    CellFailure.TWICE: "②",
    CellFailure.LOST: "∅",
    CellFailure.PARTIAL: "½",
    CellFailure.APPLIED: "②",
    CellFailure.EARLY: "∅",
    CellFailure.KEY: "✖",
    CellFailure.UNDOCUMENTED: "✖",
    CellFailure.WRONG: "≠",
    CellFailure.AFTER: "✖",
    CellFailure.LATE: "⧖",
    CellFailure.SLOW: "⧗",
    CellFailure.CROWD: "⁂",
    CellFailure.IN_STEP: "⁂",
    CellFailure.LEFT_OPEN: "∞",
    CellFailure.SETTING: "∞",
    CellFailure.STORM: "≫",
    CellFailure.LOG: "▤",
    CellFailure.READINESS: "?",
    CellFailure.LEFTOVER: "⊕",
    CellFailure.START: "!",
    CellFailure.WORSE: "↓",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, as a sentence."""

    failure: CellFailure
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """One cell that was run."""

    cell: Cell
    status: Status
    problems: tuple[Problem, ...] = ()
    answer: str = ""
    """Status or error, and the duration."""
    request: str = ""
    statements: tuple[str, ...] = ()
    """What the app sent, with what was injected."""
    changes: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    seconds: float = 0.0
    shared: bool = False
    """Whether it waited at the same time as others, so that rows were judged for all together."""

    @property
    def mark(self) -> str:
        """One character for the heat map."""
        if self.status is not Status.FAILED:
            return MARKS[self.status]
        return MARKS[self.worst]

    @property
    def worst(self) -> CellFailure:
        """The most serious failure. Only for a failed cell."""
        order = list(CellFailure)
        return min((problem.failure for problem in self.problems), key=order.index)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SweepResult:
    """All cells of one app. It is true when it passed."""

    target: str
    seed: int
    operations: Sequence[SweptOperation]
    left_out: Sequence[NotProfiled]
    results: Sequence[CellResult]
    pruned: Sequence[Pruned]
    seconds: float
    profile_seconds: float = 0.0
    reproduce: str = "squall sweep --cell {cell}"
    """The command that repeats one cell."""
    notes: Sequence[str] = field(default_factory=tuple)
    """What could not be judged, and why."""
    limits: SweepLimits = field(default_factory=SweepLimits)
    shard: SweepShard | None = None
    """Which part of a sweep on several machines it is."""
    problems: Sequence[str] = ()
    """Why merged shards are not the whole sweep. With one of these it proves nothing."""

    def __bool__(self) -> bool:
        """Whether it passed."""
        return self.passed

    def __repr__(self) -> str:
        """The figures, and the most serious failing cell: what a failed assertion shows."""
        worst = [f"; {one.cell.id}: {one.problems[0].text}" for one in self.new_failures[:1]]
        return f"<SweepResult seed {self.seed}: {self.headline}{''.join(worst)}>"

    @property
    def passed(self) -> bool:
        """Whether a fault point was exercised and the limits hold."""
        if self.inconclusive:
            return False
        return self._within_limits

    @property
    def inconclusive(self) -> bool:
        """Whether nothing was exercised, or parts are missing and the others are good."""
        return not self.exercised or (bool(self.problems) and self._within_limits)

    @property
    def _within_limits(self) -> bool:
        if self.limits.baseline is not None:
            return not self.new_failures
        return 100 * self.coverage >= self.limits.min_survived

    def count(self, status: Status) -> int:
        """Number of cells with this status."""
        return sum(result.status is status for result in self.results)

    @property
    def exercised(self) -> int:
        """Cells whose fault acted."""
        return len(self.results) - self.count(Status.NOT_EXERCISED)

    @property
    def coverage(self) -> float:
        """Share of the exercised fault points that the app survived or refused correctly."""
        good = self.count(Status.SURVIVED) + self.count(Status.REFUSED)
        return good / self.exercised if self.exercised else 0.0

    @property
    def failed(self) -> list[CellResult]:
        """The failing cells, the most serious first."""
        order = list(CellFailure)
        bad = [result for result in self.results if result.status is Status.FAILED]
        return sorted(bad, key=lambda result: (order.index(result.worst), result.cell.id))

    @property
    def new_failures(self) -> list[CellResult]:
        """The failing cells that are not in the baseline, the most serious first."""
        return [one for one in self.failed if one.cell not in self.limits.known]

    def place_of(self, cell: Cell) -> str:
        """Where a cell's fault acts: the statement with its number, or the login."""
        known = [one.statements for one in self.operations if one.name == cell.operation]
        if cell.point == CONNECT:
            return "its login" if known else "every statement and login"
        if not known or cell.index >= len(known[0]):
            return f"statement {cell.point}"
        sql = known[0][cell.index].fingerprint
        return f"statement {cell.point} of {len(known[0])}: {sql}"

    @property
    def headline(self) -> str:
        """The coverage as a sentence."""
        counts = ", ".join(f"{status.value} {self.count(status)}" for status in Status)
        return (
            f"fault points {len(self.results)}: {counts}"
            f" · fault-point coverage {100 * self.coverage:.1f} %"
        )

    def command(self, cell: Cell) -> str:
        """The command that repeats one cell."""
        return self.reproduce.replace("{cell}", cell.id)
