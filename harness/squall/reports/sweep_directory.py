"""The files of a sweep: sweep.html for people, sweep.json and junit.xml for programs."""

from __future__ import annotations

from pathlib import Path

from squall.core.errors import UsageError
from squall.reports import sweep_junit, sweep_page
from squall.reports.atomic_file import write_json, write_text
from squall.reports.sweep_json import sweep_document
from squall.sweeping.sweep_result import SweepResult

PAGE = "sweep.html"
DOCUMENT = "sweep.json"


def write_sweep(directory: Path, result: SweepResult) -> Path:
    """Write everything; the path of the page.

    Raises:
        UsageError: the directory cannot be made.
        SquallError: the file system refuses a file.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--output {directory}: cannot be made: {error.strerror}") from error
    write_json(directory / DOCUMENT, sweep_document(result))
    write_text(directory / "junit.xml", sweep_junit.sweep_junit(result))
    write_text(directory / PAGE, sweep_page.sweep_page(result))
    return directory / PAGE
