"""Points, faults and modes: the cells of a sweep, and the pruned ones with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from squall.core.errors import UsageError
from squall.sweeping.fingerprint import is_commit
from squall.sweeping.profile_operation import StatementProfile

Mode = Literal["once", "on"]
MODES: tuple[Mode, ...] = ("once", "on")
CONNECT = "connect"

READINESS, START_UP, LEFTOVERS = "readiness", "start-up", "leftovers"
BURST, OUTAGE, ACKNOWLEDGED = "burst", "outage", "acknowledged"
"""In place of an operation: fault points of the app as a whole."""
WHOLE_APP_SECONDS: Mapping[str, float] = {
    READINESS: 2.0, START_UP: 4.0, LEFTOVERS: 2.0, BURST: 1.5, OUTAGE: 2.0, ACKNOWLEDGED: 0.3,
}  # fmt: skip
"""What such a cell takes, roughly. Only decides whether a further lab pays, and what still fits."""

ERRORS = (
    "40001", "40P01", "57014", "53100", "53200", "53300", "25006", "25P02", "0A000", "26000",
)  # fmt: skip
"""SQLSTATEs with which a statement fails and the session continues."""

FATAL = ("57P01", "08006")
"""The same, and the session ends."""

STARTUP = ("53300", "57P03", "28P01", "57P01")
"""SQLSTATEs with which a login is refused."""

WIRE = ("cut_before", "cut_after", "half_answer", "slow", "silence", "reply_silence", "hang_up")
"""Faults on statements. For a login only cut_before and silence exist."""

WAITS = frozenset({"slow", "silence", "reply_silence"})
"""These take as long as the app's own time-out, so several of them wait at once."""

LIKE_OTHERS = {"53200": "53100", "08006": "57P01"}
"""Faults that a client can hardly distinguish: the other one stands for both."""

ON_FAULTS = ("40001", "57014", "25006", "57P01", "cut_before", "silence")
"""Faults that last until they are healed. The others are single events by nature."""

ON_CONNECT = ("53300", "28P01", "cut_before", "silence")

DESCRIPTIONS: Mapping[str, str] = {
    "40001": "serialization failure", "40P01": "deadlock", "57014": "statement cancelled",
    "53100": "disk full", "53200": "out of memory", "53300": "too many connections",
    "25006": "read-only transaction", "25P02": "transaction is aborted",
    "0A000": "cached plan changed", "26000": "prepared statement does not exist",
    "57P01": "session terminated by an administrator", "08006": "connection failure",
    "57P03": "server is starting up", "28P01": "wrong password",
    "cut_before": "connection reset before the statement runs",
    "cut_after": "connection reset after the statement ran, its answer lost",
    "half_answer": "connection reset in the middle of the answer",
    "slow": "answer slower by a third of the deadline",
    "silence": "the statement never arrives", "reply_silence": "the answer never arrives",
    "hang_up": "the caller disconnects while the statement runs",
    "crash": "what is not committed when the app answers would be lost if it ended then",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cell:
    """One fault at one point of one operation."""

    operation: str
    point: str
    """``connect``, or the number of a statement, from 1."""
    fault: str
    mode: Mode = "once"

    @property
    def id(self) -> str:
        """``place-order/3/cut_after/once``, the form that ``--cell`` takes."""
        return f"{self.operation}/{self.point}/{self.fault}/{self.mode}"

    @property
    def index(self) -> int:
        """The statement's position in the sequence, from 0; -1 for a connect."""
        return -1 if self.point == CONNECT else int(self.point) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """A cell that is not run because another one shows the same."""

    cell: Cell
    reason: str


def parse_cell(text: str) -> Cell:
    """The cell with this id.

    Raises:
        UsageError: it does not have four parts, or a part is unknown.
    """
    operation, *rest = text.rsplit("/", 3)
    form = "write OPERATION/POINT/FAULT/MODE, such as place-order/3/cut_after/once"
    if len(rest) != 3:  # noqa: PLR2004 - the three parts after the operation
        raise UsageError(f"--cell {text!r}: {form}")
    point, fault, mode = rest
    if point != CONNECT and not (point.isdigit() and int(point) > 0):
        raise UsageError(f"--cell {text!r}: POINT is {CONNECT!r} or a number from 1; {form}")
    if fault not in DESCRIPTIONS:
        raise UsageError(f"--cell {text!r}: there is no fault {fault!r}: {', '.join(DESCRIPTIONS)}")
    if mode not in MODES:
        raise UsageError(f"--cell {text!r}: MODE is once or on")
    return Cell(
        operation=operation, point=point, fault=fault, mode="on" if mode == "on" else "once"
    )


def plan_cells(
    profiles: Sequence[StatementProfile], *, exhaustive: bool
) -> tuple[list[Cell], list[Pruned]]:
    """All cells to run, and all pruned ones with the reason."""
    cells: list[Cell] = []
    pruned: list[Pruned] = []
    shown: dict[tuple[str, ...], Cell] = {}
    for profile in profiles:
        for cell, key in _possible(profile):
            reason = "" if exhaustive else _reason(cell, profile, key, shown)
            if reason:
                pruned.append(Pruned(cell=cell, reason=reason))
            else:
                shown.setdefault(key, cell)
                cells.append(cell)
    return cells, pruned


def _possible(profile: StatementProfile) -> Iterator[tuple[Cell, tuple[str, ...]]]:
    name = profile.operation.name
    for fault in (*STARTUP, "cut_before", "silence"):
        yield Cell(operation=name, point=CONNECT, fault=fault), (CONNECT, fault, "once")
    for fault in ON_CONNECT:
        yield Cell(operation=name, point=CONNECT, fault=fault, mode="on"), (CONNECT, fault, "on")
    for index, step in enumerate(profile.steps):
        family = "write" if profile.writes else "read"
        for mode in MODES:
            for fault in (*ERRORS, *FATAL, *WIRE) if mode == "once" else ON_FAULTS:
                cell = Cell(operation=name, point=str(index + 1), fault=fault, mode=mode)
                yield cell, (step.fingerprint, step.status, family, fault, mode)


def _reason(
    cell: Cell,
    profile: StatementProfile,
    key: tuple[str, ...],
    shown: Mapping[tuple[str, ...], Cell],
) -> str:
    if cell.fault in LIKE_OTHERS:
        return f"a client sees the same as with {LIKE_OTHERS[cell.fault]}"
    if key in shown and not _decides(cell, profile):
        return f"the same statement in the same state was tried: {shown[key].id}"
    last = len(profile.steps) - 1
    if cell.mode == "on" and 0 < cell.index < last:
        return "a fault that lasts is tried at the first and the last statement"
    if cell.fault == "half_answer" and not profile.steps[cell.index].has_rows:
        return "an answer without rows is one message: see cut_after"
    return ""


def _decides(cell: Cell, profile: StatementProfile) -> bool:
    """Whether the COMMIT decides about the effect of this operation."""
    if cell.index < 0 or cell.mode == "on" or not profile.writes:
        return False
    commit = is_commit(profile.steps[cell.index].fingerprint)
    return commit and cell.fault in ("40001", "cut_before", "cut_after", "57P01")
