"""What a finished sweep becomes: files, lines on the terminal, a job summary, an exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from squall.cli.isolated_run import show
from squall.cli.suite_session import EXIT
from squall.core.errors import ExitCode, NothingRan, UsageError
from squall.core.secrets import redact
from squall.reports import sweep_text
from squall.reports.merge_sweeps import holds_sweep, merge_sweeps
from squall.reports.merged_directory import refuse_full
from squall.reports.printable import printable
from squall.reports.sweep_directory import write_sweep
from squall.reports.sweep_failures import verdict_of
from squall.sweeping.baseline import mended
from squall.sweeping.sweep_result import SweepResult


def report_sweep(result: SweepResult, output: Path, *, quiet: bool, on_github: bool) -> ExitCode:
    """Write the files, print the result, and give the exit code.

    Raises:
        NothingRan: no fault point was exercised.
    """
    write_sweep(output, result)
    if on_github:
        _add_to_job_summary(result)
    show(sweep_text.result_lines(result, output), last_only=quiet)
    if not result.exercised:
        raise NothingRan("no fault point was exercised: the statements were not sent again")
    for cell in mended(result):
        click.echo(printable(f"baseline: {cell.id} no longer fails; take it out"))
    return EXIT[verdict_of(result)]


def merge_swept(
    directories: Sequence[Path], output: Path, *, quiet: bool, on_github: bool
) -> ExitCode:
    """Make one sweep of the shards in these directories.

    Raises:
        UsageError: shards of a check are among them, or none can be read.
    """
    refuse_full(output)
    others = [path for path in directories if not holds_sweep(path) and path.is_dir()]
    for path in others:
        if (path / "verdict.json").exists():
            raise UsageError(f"{path}: is of a check, and other directories are of a sweep")
    result = merge_sweeps(directories)
    return report_sweep(result, output, quiet=quiet, on_github=on_github)


def _add_to_job_summary(result: SweepResult) -> None:
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(redact(sweep_text.summary_markdown(result)))
