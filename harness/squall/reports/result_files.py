"""The files of a sweep or of races: a page for people, JSON and junit.xml for programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from squall.core.errors import UsageError
from squall.reports.atomic_file import write_json, write_text


def write_result_files(
    directory: Path, name: str, *, document: Mapping[str, Any], junit: str, page: str
) -> Path:
    """Write ``name.json``, ``junit.xml`` and ``name.html``; the path of the page.

    Raises:
        UsageError: the directory cannot be made.
        SquallError: the file system refuses a file.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--output {directory}: cannot be made: {error.strerror}") from error
    write_json(directory / f"{name}.json", document)
    write_text(directory / "junit.xml", junit)
    write_text(directory / f"{name}.html", page)
    return directory / f"{name}.html"
