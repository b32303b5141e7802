"""The runs below ``.squall/runs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from squall.cli.options import OUTPUT
from squall.core.errors import UsageError

if TYPE_CHECKING:
    from squall.reports.run_store import StoredSuite

VERDICT_FILE = "verdict.json"


def stored_runs() -> list[Path]:
    """Directories with a verdict, the newest first. Their names are their times."""
    found = [file.parent for file in OUTPUT.glob(f"*/{VERDICT_FILE}")]
    return sorted(found, key=lambda path: path.name, reverse=True)


def newest_run() -> Path:
    """The newest stored run.

    Raises:
        UsageError: there is none.
    """
    runs = stored_runs()
    if not runs:
        raise UsageError(f"there is no run below {OUTPUT}; make one with: squall check")
    return runs[0]


def echo_not_judged(path: Path, suite: StoredSuite) -> None:
    """Print the outages without a run: nothing is proven of them, whatever the new verdicts are."""
    for name, reason in suite.not_judged.items():
        click.echo(f"not judged: {name} in {path}: {reason.partition(chr(10))[0]}")
