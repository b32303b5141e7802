"""The files of a sweep: sweep.html for people, sweep.json and junit.xml for programs."""

from __future__ import annotations

from pathlib import Path

from squall.reports.result_files import write_result_files
from squall.reports.sweep_json import sweep_document
from squall.reports.sweep_junit import sweep_junit
from squall.reports.sweep_page import sweep_page
from squall.sweeping.sweep_result import SweepResult

DOCUMENT = "sweep.json"


def write_sweep(directory: Path, result: SweepResult) -> Path:
    """Write everything; the path of the page. Errors as in :func:`write_result_files`."""
    return write_result_files(
        directory,
        "sweep",
        document=sweep_document(result),
        junit=sweep_junit(result),
        page=sweep_page(result),
    )
