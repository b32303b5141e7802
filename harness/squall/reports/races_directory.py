"""The files of races: races.html for people, races.json and junit.xml for programs."""

from __future__ import annotations

from pathlib import Path

from squall.racing.race_result import RacesResult
from squall.reports.races_json import races_document
from squall.reports.races_junit import races_junit
from squall.reports.races_page import races_page
from squall.reports.result_files import write_result_files


def write_races(directory: Path, result: RacesResult) -> Path:
    """Write everything; the path of the page. Errors as in :func:`write_result_files`."""
    return write_result_files(
        directory,
        "races",
        document=races_document(result),
        junit=races_junit(result),
        page=races_page(result),
    )
