"""A baseline: how the fault points of an app ended before. CI fails only for what became worse.

    place-order/3/cut_after/once            it failed: known
    survived place-order/1/40001/once       refused now: worse
    statements place-order 5f2c90d1         of another sequence of statements nothing is compared

Sorted, so that changes can be reviewed; ``#`` begins a comment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from squall.core.errors import UsageError
from squall.sweeping.cells import Cell, parse_cell
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import Status, SweepResult
from squall.sweeping.swept_operation import SweptOperation

HEADER = (
    "# `squall sweep --baseline FILE` fails for what is worse than this.",
    "# These fault points fail; any other one must not:",
)
SURVIVED = "# These are survived; refused, they fail, while the operation's statements are these:"


def limits_after(result: SweepResult) -> SweepLimits:
    """What a later sweep of the same app must keep."""
    return SweepLimits(
        baseline=frozenset(one.cell for one in result.failed),
        survived=frozenset(x.cell for x in result.results if x.status is Status.SURVIVED),
        statements={one.name: digest(one) for one in result.operations},
    )


def digest(operation: SweptOperation) -> str:
    """Short name of a sequence of statements."""
    text = "\n".join(f"{one.status} {one.fingerprint}" for one in operation.statements)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def read_baseline(path: Path) -> SweepLimits:
    """The limits that a file holds.

    Raises:
        UsageError: the file cannot be read, or a line is none of a baseline.
    """
    failing, survived, statements = set[Cell](), set[Cell](), dict[str, str]()
    for number, line in enumerate(_read_lines(path), 1):
        text = line.partition("#")[0].strip()
        word, _, rest = text.partition(" ")
        try:
            if word == "statements":
                operation, _, name = rest.strip().rpartition(" ")
                statements[operation.strip()] = name
            elif word == "survived":
                survived.add(parse_cell(rest.strip()))
            elif text:
                failing.add(parse_cell(text))
        except UsageError as error:
            raise UsageError(f"{path}:{number}: {error}") from error
    return SweepLimits(
        baseline=frozenset(failing), survived=frozenset(survived), statements=statements
    )


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "is not text"
        raise UsageError(f"--baseline {path}: {told}; write one with --write-baseline") from error


def write_baseline(path: Path, result: SweepResult) -> None:
    """Write how the fault points of this sweep ended."""
    limits = limits_after(result)
    lines = [
        *HEADER,
        *sorted(cell.id for cell in limits.known),
        SURVIVED,
        *(f"statements {name} {text}" for name, text in limits.statements.items()),
        *(f"survived {cell.id}" for cell in sorted(limits.survived)),
    ]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


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
