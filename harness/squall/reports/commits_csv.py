"""One line a comparison in a CSV file: the history of an app's resilience, commit by commit.

Columns are time and commit, then the medians of this commit, ``<outage>.recovery_ms``,
``<outage>.errors_percent``, ``<outage>.p95_ms``. Apache Otava (once Hunter) finds change points in
such a file; the time is that of the commit, so that the order is that of the history.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from squall.comparing.commit_rounds import Arm, ComparedOutage
from squall.comparing.git_checkout import Repository
from squall.comparing.run_figures import COMPARED, ComparedFigure
from squall.core.errors import SquallError, UsageError
from squall.core.files import read_regular
from squall.reports.commits_table import typical_value

MAX_CSV_BYTES = 64 << 20


def csv_row(repository: Repository, outages: Sequence[ComparedOutage]) -> dict[str, str]:
    """The line, by column; a figure that was not measured is empty."""
    row = {
        "time": repository.here_time,
        "commit": repository.here + "-changed" * repository.changed,
        "against": repository.against,
    }
    for outage in outages:
        for figure in COMPARED:
            name = f"{outage.name}.{_column(figure)}"
            row[name] = _cell(typical_value(outage, figure, Arm.HERE), figure)
            row[f"{outage.name}.{figure.name}_change"] = outage.tests[figure.name].decision.value
    return row


def verify_header(path: Path, columns: Sequence[str]) -> None:
    """Before anything runs: whether the file can take such a line.

    Raises:
        UsageError: it has other columns, or cannot be read.
    """
    if not path.exists():
        if not path.parent.is_dir():
            raise UsageError(f"--csv {path}: there is no directory {path.parent}")
        return
    lines = read_regular(path, MAX_CSV_BYTES).splitlines()
    found = next(csv.reader(lines[:1]), [])
    if found and found != list(columns):
        raise UsageError(
            f"--csv {path}: its columns are those of other outages ({', '.join(found[3:6])} …);"
            " name another file, or choose the same outages with --only"
        )


def append_row(path: Path, row: Mapping[str, str]) -> None:
    """Add the line, and before the first one the names of the columns.

    Raises:
        SquallError: the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(row), lineterminator="\n")
    try:
        if not path.exists() or not path.stat().st_size:
            writer.writeheader()
        writer.writerow(row)
        with path.open("a", encoding="utf-8") as file:
            file.write(text.getvalue())
    except OSError as error:
        raise SquallError(f"--csv {path}: cannot be written: {error.strerror}") from error


def _column(figure: ComparedFigure) -> str:
    return f"{figure.name}_percent" if figure.unit == "%" else f"{figure.name}_ms"


def _cell(value: float | None, figure: ComparedFigure) -> str:
    if value is None or math.isinf(value):
        return ""
    return f"{value * 100:.3f}" if figure.unit == "%" else f"{value:.1f}"
