"""A check on several versions: what differs, and the one exit code of all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from squall.core.errors import ExitCode
from squall.reports.version_page import write_versions
from squall.reports.version_table import (
    OutageCell,
    VersionRun,
    differing,
    exit_code_of,
    read_version_run,
    rows_of,
)

PASS, FAIL = OutageCell(word="pass"), OutageCell(word="fail", reason="<b>slow</b>\nmore")


def column(label: str, code: int, **outages: OutageCell) -> VersionRun:
    return VersionRun(label=label, code=code, outages=outages)


def absent(label: str) -> VersionRun:
    return VersionRun(label=label, missing="no PostgreSQL 14; apt-get install it")


def test_an_outage_differs_where_the_versions_do_not_agree() -> None:
    columns = [column("15", 0, a=PASS, b=PASS), column("18", 1, a=PASS, b=FAIL)]
    (found,) = differing(columns)
    assert found.outage == "b"
    assert found.cells == {"15": "pass", "18": "fail"}
    assert found.reasons == {"18": "<b>slow</b>"}


def test_a_missing_version_makes_no_outage_differ() -> None:
    """Its cells say so; the exit code does the rest."""
    columns = [column("15", 0, a=PASS), absent("14")]
    assert differing(columns) == []
    assert rows_of(columns)[0].cells == {"15": "pass", "14": "missing"}


def test_an_outage_that_one_version_did_not_run_differs() -> None:
    assert [row.outage for row in differing([column("15", 0, a=PASS), column("18", 0)])] == ["a"]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ([column("15", 0), column("18", 0)], ExitCode.PASS),
        ([column("15", 0), absent("14")], ExitCode.INCONCLUSIVE),
        ([absent("13"), absent("14")], ExitCode.INCONCLUSIVE),
        ([column("15", 1), absent("14")], ExitCode.FAIL),
        ([column("15", 1), column("18", 2)], ExitCode.FAIL),
        ([column("15", 1), column("18", 3)], ExitCode.HARNESS),
        ([column("15", 0), column("18", 5)], ExitCode.INCONCLUSIVE),
        ([column("15", 5), column("18", 5)], ExitCode.NOTHING_RAN),
        ([column("15", 5), absent("14")], ExitCode.INCONCLUSIVE),
        ([column("15", 0), column("18", 139)], ExitCode.INCONCLUSIVE),
        ([], ExitCode.INCONCLUSIVE),
    ],
)
def test_one_exit_code_for_all(columns: list[VersionRun], code: ExitCode) -> None:
    assert exit_code_of(columns) is code


def test_a_command_that_left_no_files_is_missing_and_not_green(tmp_path: Path) -> None:
    found = read_version_run("15", 0, tmp_path)
    assert "ended with exit code 0 and left no verdict" in found.missing
    assert exit_code_of([found]) is ExitCode.INCONCLUSIVE


def test_the_page_shows_what_differs_first_and_escapes_reasons(tmp_path: Path) -> None:
    columns = [column("15", 0, a=PASS, b=PASS), column("18", 1, a=PASS, b=FAIL), absent("14")]
    page = write_versions(tmp_path, columns).read_text("utf-8")
    assert page.index(">b</th>") < page.index(">a</th>")
    assert "&lt;b&gt;slow" in page
    assert "1 of 2 outages differ" in page
    assert "apt-get install" in page
    stored = json.loads((tmp_path / "versions.json").read_text("utf-8"))
    assert stored["exit_code"] == ExitCode.FAIL
    assert [one["differs"] for one in stored["outages"]] == [False, True]
