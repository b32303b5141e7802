"""The page of a check on several versions, for people (``versions.html``) and programs
(``versions.json``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from squall.reports.atomic_file import write_json, write_text
from squall.reports.html.page_parts import render_page
from squall.reports.version_table import VersionRun, exit_code_of, rows_of


def write_versions(home: Path, columns: Sequence[VersionRun]) -> Path:
    """Write both files. Returns the page."""
    write_json(home / "versions.json", _document(columns))
    page = home / "versions.html"
    write_text(page, versions_page(home, columns))
    return page


def versions_page(home: Path, columns: Sequence[VersionRun]) -> str:
    """One row for each outage, one column for each version; what differs comes first."""
    rows = sorted(rows_of(columns), key=lambda row: not row.differs)
    pages = {one.label: _page_of(home, one) for one in columns}
    return render_page("versions.html.j2", (), columns=columns, rows=rows, pages=pages)


def _page_of(home: Path, column: VersionRun) -> str:
    """Where the index of one version is, relative to the page; empty without one."""
    return "" if column.directory is None else f"{column.directory.relative_to(home)}/index.html"


def _document(columns: Sequence[VersionRun]) -> dict[str, Any]:
    return {
        "squall": "versions",
        "version": 1,
        "exit_code": int(exit_code_of(columns)),
        "versions": [
            {"label": one.label, "exit_code": int(one.code), "missing": one.missing}
            for one in columns
        ],
        "outages": [
            {
                "scenario": row.outage,
                "differs": row.differs,
                "verdicts": dict(row.cells),
                "reasons": dict(row.reasons),
            }
            for row in rows_of(columns)
        ],
    }
