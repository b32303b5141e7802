"""A baseline: how the fault points of an app ended before. CI fails only for what became worse.

    place-order/3/cut_after/once            it failed: known
    survived place-order/1/40001/once       refused now: worse
    statements place-order 5f2c90d1         of another sequence of statements nothing is compared

Sorted, so that changes can be reviewed; ``#`` begins a comment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from squall.core.errors import UsageError
from squall.sweeping.cells import Cell, parse_cell
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import Status, SweepResult, SweptOperation

HEADER = """\
# `squall sweep --baseline FILE` fails for what is worse than this.
# These fault points fail; any other one must not:
"""
SURVIVED = "# These are survived; refused, they fail, while the operation's statements are these:\n"


@dataclass(slots=True)
class Baseline:
    """What a file holds."""

    failing: set[Cell] = field(default_factory=set)
    survived: set[Cell] = field(default_factory=set)
    statements: dict[str, str] = field(default_factory=dict)
    """The digest of each operation's statements."""

    @classmethod
    def of(cls, result: SweepResult) -> Baseline:
        """How the fault points of a sweep ended."""
        return cls(
            failing={one.cell for one in result.failed},
            survived={one.cell for one in result.results if one.status is Status.SURVIVED},
            statements={one.name: digest(one) for one in result.operations},
        )

    def limits(self, min_survived: float = 100.0) -> SweepLimits:
        """What a sweep of the same app must keep."""
        return SweepLimits(
            min_survived=min_survived,
            baseline=frozenset(self.failing),
            survived=frozenset(self.survived),
            statements=dict(self.statements),
        )


def digest(operation: SweptOperation) -> str:
    """Short name of a sequence of statements."""
    text = "\n".join(f"{one.status} {one.fingerprint}" for one in operation.statements)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def read_baseline(path: Path) -> Baseline:
    """The baseline that a file holds.

    Raises:
        UsageError: the file cannot be read, or a line is none of a baseline.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "is no text"
        raise UsageError(f"--baseline {path}: {told}; write one with --write-baseline") from error
    found = Baseline()
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        try:
            if text:
                _read_line(text, found)
        except UsageError as error:
            raise UsageError(f"{path}:{number}: {error}") from error
    return found


def _read_line(text: str, found: Baseline) -> None:
    word, _, rest = text.partition(" ")
    if word == "statements":
        operation, _, found_digest = rest.strip().rpartition(" ")
        found.statements[operation.strip()] = found_digest
    elif word == "survived":
        found.survived.add(parse_cell(rest.strip()))
    else:
        found.failing.add(parse_cell(text))


def write_baseline(path: Path, result: SweepResult) -> None:
    """Write how the fault points of this sweep ended."""
    baseline = Baseline.of(result)
    path.write_text(
        "".join(
            [
                HEADER,
                *(f"{cell.id}\n" for cell in sorted(baseline.failing)),
                SURVIVED,
                *(
                    f"statements {name} {baseline.statements[name]}\n"
                    for name in baseline.statements
                ),
                *(f"survived {cell.id}\n" for cell in sorted(baseline.survived)),
            ]
        ),
        "utf-8",
    )


def comparable(
    limits: SweepLimits, operations: Sequence[SweptOperation]
) -> tuple[frozenset[Cell], list[str]]:
    """The cells that must not be refused, and the operations of which nothing is compared."""
    known = {one.name: digest(one) for one in operations}
    other = sorted(
        name for name, text in limits.statements.items() if known.get(name, text) != text
    )
    return frozenset(cell for cell in limits.survived if cell.operation not in other), other


def mended(result: SweepResult) -> list[Cell]:
    """Cells of the baseline that were run and no longer fail, so that you can remove them."""
    known = result.limits.known
    failing = {one.cell for one in result.failed}
    return sorted(one.cell for one in result.results if one.cell in known - failing)
