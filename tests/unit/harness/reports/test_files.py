"""The run directory has what its picture says, wherever a scenario's name points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import UsageError
from harness.reports.files import RunDirectory
from harness.reports.stored import open_runs


def test_all_files_are_there(run: Any, stored: Any) -> None:
    home = stored(run())
    found = sorted(file.relative_to(home).as_posix() for file in home.rglob("*") if file.is_file())
    assert found == [
        "cut/app.log", "cut/events.jsonl", "cut/evidence.json", "cut/history.jsonl",
        "cut/postgres.log", "cut/report.html", "cut/run.json", "cut/scenario.squall.yaml",
        "cut/verdict.json", "index.html", "junit.xml", "verdict.json",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["../../outside", "/etc/x", "a/b", "..", "ünï cödé", "?"])
def test_no_name_leaves_the_directory(run: Any, stored: Any, tmp_path: Path, name: str) -> None:
    home: Path = stored(run(name=name))
    (found,) = open_runs(home)
    assert found.path.parent == home
    assert found.run.scenario.name == name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out-logs"]


def test_scenarios_of_the_same_name_do_not_overwrite_each_other(run: Any, stored: Any) -> None:
    home = stored(run(), run(name="cut-2"), run(ops=[]))
    assert [each.path.name for each in open_runs(home)] == ["cut", "cut-2", "cut-3"]
    assert [len(each.run.evidence.ops) for each in open_runs(home)] == [300, 300, 0]


def test_what_an_earlier_command_left_there_is_no_part_of_the_run(run: Any, stored: Any) -> None:
    stored(run(name="old"))
    home = stored(run())
    assert [each.run.scenario.name for each in open_runs(home)] == ["cut"]


def test_a_directory_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"--output .*file/out: cannot be made: Not a directory"):
        RunDirectory(tmp_path / "file/out", "again")


def test_a_run_has_its_own_part_of_the_labs_log(run: Any, stored: Any) -> None:
    home = stored(run(), run(name="next"))
    assert (home / "cut/app.log").read_text() == "starting\nERROR in cut\n"
    assert (home / "next/app.log").read_text() == "ERROR in next\n"
    assert (home / "next/postgres.log").read_text() == ""
