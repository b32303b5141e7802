"""A baseline: the cells that are known to fail. CI fails only for new ones.

One id per line, sorted, so that changes can be reviewed; ``#`` begins a comment.
"""

from __future__ import annotations

from pathlib import Path

from squall.core.errors import UsageError
from squall.sweeping.cells import Cell, parse_cell
from squall.sweeping.sweep_result import SweepResult

HEADER = "# Fault points that fail today. `squall sweep --baseline FILE` fails for any other.\n"


def read_baseline(path: Path) -> frozenset[Cell]:
    """The known cells.

    Raises:
        UsageError: the file cannot be read, or a line is not a cell.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise UsageError(
            f"--baseline {path}: {error.strerror}; write one with --write-baseline"
        ) from error
    found = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if text:
            try:
                found.append(parse_cell(text))
            except UsageError as error:
                raise UsageError(f"{path}:{number}: {error}") from error
    return frozenset(found)


def write_baseline(path: Path, result: SweepResult) -> None:
    """Write the failing cells of this sweep."""
    ids = sorted(one.cell.id for one in result.failed)
    path.write_text(HEADER + "".join(f"{one}\n" for one in ids), "utf-8")


def mended(result: SweepResult) -> list[Cell]:
    """Cells of the baseline that were run and no longer fail, so that you can remove them."""
    known = result.limits.known
    failing = {one.cell for one in result.failed}
    return sorted(one.cell for one in result.results if one.cell in known - failing)
