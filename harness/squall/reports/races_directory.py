"""The files of races: races.html for people, races.json and junit.xml for programs."""

from __future__ import annotations

from pathlib import Path

from squall.core.errors import UsageError
from squall.racing.race_result import RacesResult
from squall.reports.atomic_file import write_json, write_text
from squall.reports.races_json import races_document
from squall.reports.races_junit import races_junit
from squall.reports.races_page import races_page

PAGE = "races.html"
DOCUMENT = "races.json"


def write_races(directory: Path, result: RacesResult) -> Path:
    """Write everything; the path of the page.

    Raises:
        UsageError: the directory cannot be made.
        SquallError: the file system refuses a file.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--output {directory}: cannot be made: {error.strerror}") from error
    write_json(directory / DOCUMENT, races_document(result))
    write_text(directory / "junit.xml", races_junit(result))
    write_text(directory / PAGE, races_page(result))
    return directory / PAGE
