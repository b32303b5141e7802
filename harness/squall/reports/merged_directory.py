"""The run directory of a merge: the same files as if one command had run everything.

Pages are made again from what was recorded: no page of another directory is taken over.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from squall.core.errors import UsageError
from squall.reports.atomic_file import write_text
from squall.reports.html import page
from squall.reports.merge import MergedSuite
from squall.reports.run_directory import RunDirectory
from squall.reports.run_files import copy_run
from squall.reports.stored_reports import stored_report
from squall.reports.verdict_json import Reported


def write_merged(output: Path, merged: MergedSuite) -> Sequence[Reported]:
    """Write everything; what the reports over all outages show, in the order of the table.

    Raises:
        UsageError: the directory has files of another run, or cannot be made.
        SquallError: the file system refuses a file.
    """
    refuse_full(output)
    files = RunDirectory(output, "", merged.record)
    try:
        for stored in merged.runs:
            directory = files.directory_for(stored.run.scenario.name)
            reported = stored_report(stored, directory=directory, app=merged.target)
            logs = copy_run(stored.path, output / directory)
            write_text(output / directory / "report.html", page.report(reported, logs))
            files.add(reported)
        files.write_reports([stored.run for stored in merged.runs], merged.not_run)
    finally:
        files.close()
    return files.reported


def refuse_full(output: Path) -> None:
    """What another run has left there would be taken for a part of this one.

    Raises:
        UsageError: there is something.
    """
    try:
        full = output.is_dir() and any(output.iterdir())
    except OSError as error:
        raise UsageError(f"--output {output}: cannot be read: {error.strerror}") from error
    if full:
        raise UsageError(f"--output {output}: is not empty; name a new directory")
