"""sweep.json read back, each part as its type has it. Nothing in it is trusted or executed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from squall.core.errors import UsageError
from squall.reports.serialization import from_json_data
from squall.reports.stored_verdict import read_document
from squall.reports.sweep_directory import DOCUMENT
from squall.sweeping.cells import Pruned, parse_cell
from squall.sweeping.profile_operation import NotProfiled
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status, SweepResult
from squall.sweeping.sweep_shard import SweepShard
from squall.sweeping.swept_operation import SweptOperation, SweptStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """One statement."""

    fingerprint: str
    transaction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptEntry:
    """One operation."""

    name: str
    writes: bool
    effect_known: bool
    statements: tuple[StatementEntry, ...]

    def operation(self) -> SweptOperation:
        """The same, for reports."""
        steps = tuple(SweptStatement(x.fingerprint, x.transaction) for x in self.statements)
        return SweptOperation(
            name=self.name, writes=self.writes, effect_known=self.effect_known, statements=steps
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemEntry:
    """One problem."""

    failure: CellFailure
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEntry:
    """One fault point that was run."""

    id: str
    status: Status
    problems: tuple[ProblemEntry, ...]
    seconds: float
    request: str
    answer: str
    statements: tuple[str, ...]
    changes: tuple[str, ...]
    log: tuple[str, ...]
    shared: bool = False

    def result(self) -> CellResult:
        """The same, for reports.

        Raises:
            UsageError: the id is none, or status and problems contradict each other.
        """
        if bool(self.problems) is not (self.status is Status.FAILED):
            raise UsageError(f"{self.id}: is {self.status} with {len(self.problems)} problems")
        return CellResult(
            cell=parse_cell(self.id),
            status=self.status,
            problems=tuple(Problem(one.failure, one.text) for one in self.problems),
            answer=self.answer,
            request=self.request,
            statements=self.statements,
            changes=self.changes,
            log=self.log,
            seconds=self.seconds,
            shared=self.shared,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutEntry:
    """One operation that was not swept."""

    operation: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedEntry:
    """One fault point that another one stands for."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsEntry:
    """What the sweep must keep."""

    min_survived: float = 100.0
    baseline: tuple[str, ...] | None = None

    def limits(self) -> SweepLimits:
        """The same. Raises UsageError if an id is none."""
        known = self.baseline
        cells = None if known is None else frozenset(parse_cell(one) for one in known)
        return SweepLimits(min_survived=self.min_survived, baseline=cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFile:
    """The whole file."""

    target: str
    seed: int
    seconds: float
    reproduce: str
    operations: tuple[SweptEntry, ...]
    left_out: tuple[LeftOutEntry, ...]
    cells: tuple[CellEntry, ...]
    pruned: tuple[PrunedEntry, ...]
    notes: tuple[str, ...]
    limits: LimitsEntry = field(default_factory=LimitsEntry)
    shard: SweepShard | None = None
    problems: tuple[str, ...] = ()

    def result(self) -> SweepResult:
        """The sweep. Raises UsageError if an id of a fault point is none."""
        return SweepResult(
            target=self.target,
            seed=self.seed,
            operations=[one.operation() for one in self.operations],
            left_out=[NotProfiled(one.operation, one.reason) for one in self.left_out],
            results=[one.result() for one in self.cells],
            pruned=[Pruned(cell=parse_cell(x.id), reason=x.reason) for x in self.pruned],
            seconds=self.seconds,
            reproduce=self.reproduce,
            notes=self.notes,
            limits=self.limits.limits(),
            shard=self.shard,
            problems=self.problems,
        )


def read_sweep(directory: Path) -> SweepResult:
    """The sweep that a directory holds.

    Raises:
        UsageError: it holds none, or the file does not fit this version.
    """
    file = directory / DOCUMENT
    stored = from_json_data(SweepFile, read_document(file, "sweep"), where=str(file))
    try:
        return stored.result()
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from error
