"""The run directory has what its picture says, wherever a scenario's name points."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from squall.config.profile import REFERENCE
from squall.core.errors import SquallError, UsageError
from squall.lab.lab_options import LabOptions
from squall.reports.directory_lock import NAME, is_locked
from squall.reports.retention import remove_old_runs
from squall.reports.run_directory import RunDirectory
from squall.reports.run_store import open_runs, open_suite
from squall.runner.suite_events import (
    ScenarioFinished,
    SuiteEvent,
    SuiteFinished,
    SuiteGroup,
    SuiteResult,
    SuiteStarted,
)


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


@pytest.fixture
def suite(run: Any, tmp_path: Path) -> Callable[..., tuple[RunDirectory, list[Any]]]:
    """A run directory that hears of a suite of three outages, and their runs."""

    def begin(name: str = "out") -> tuple[RunDirectory, list[Any]]:
        runs = [run(name=name) for name in ("first", "second", "third")]
        files = RunDirectory(tmp_path / name, "squall check --only {name}")
        groups = [replace(GROUP, scenarios=[each.scenario for each in runs])]
        hear(files, SuiteStarted(at=0.0, groups=groups))
        return files, runs

    return begin


GROUP = SuiteGroup(scenarios=(), options=LabOptions(profile=REFERENCE, seed=7))


def hear(files: RunDirectory, event: SuiteEvent) -> None:
    """As the suite does it: what a listener returns is awaited."""

    async def emit() -> None:
        work = files(event)
        if work is not None:
            await work

    asyncio.run(emit())


def finish(files: RunDirectory, run: Any, logs: Path) -> None:
    for name in ("app", "database"):
        (logs / name).write_text("ready\n")
    app, database = (SimpleNamespace(log_path=logs / name) for name in ("app", "database"))
    lab: Any = SimpleNamespace(options=GROUP.options, app=app, database=database)
    hear(files, ScenarioFinished(at=1.0, group=GROUP, run=run, lab=lab))


def stored_verdict(home: Path) -> tuple[str, list[str], list[str]]:
    body = json.loads((home / "verdict.json").read_text())
    judged = [outage["scenario"] for outage in body["outages"]]
    return body["verdict"], judged, [one["scenario"] for one in body.get("broken", ())]


def test_reports_are_written_as_outages_end_and_what_has_not_run_is_not_judged(
    suite: Any, tmp_path: Path
) -> None:
    files, (first, second, third) = suite()
    assert stored_verdict(files.path) == ("inconclusive", [], ["first", "second", "third"])
    finish(files, second, tmp_path)
    assert stored_verdict(files.path) == ("inconclusive", ["second"], ["first", "third"])
    assert (files.path / "index.html").read_text().count("It was not run; this outage") == 2
    assert (files.path / "second/report.html").is_file()
    assert 'href="second/report.html"' in (files.path / "index.html").read_text()
    cases = ET.parse(files.path / "junit.xml").findall(".//testcase")  # noqa: S314 - ours
    assert [case.get("name") for case in cases] == ["second", "first", "third"]
    assert [[child.get("type") for child in case.findall("error")] for case in cases] == [
        [], ["not-run"], ["not-run"],
    ]  # fmt: skip
    finish(files, first, tmp_path)
    finish(files, third, tmp_path)
    hear(files, SuiteFinished(at=3.0, result=SuiteResult(runs=[first, second, third])))
    assert stored_verdict(files.path) == ("pass", ["first", "second", "third"], [])


def test_an_interruption_leaves_what_was_judged(suite: Any, tmp_path: Path) -> None:
    files, (first, _, _) = suite()
    finish(files, first, tmp_path)
    hear(files, SuiteFinished(at=1.0, result=SuiteResult(runs=[first]), interrupted=True))
    assert stored_verdict(files.path) == ("inconclusive", ["first"], ["second", "third"])
    assert [each.run.scenario.name for each in open_suite(files.path).runs] == ["first"]
    assert "interrupted" in open_suite(files.path).not_judged["third"]


def test_no_half_written_file_is_ever_in_its_place(
    suite: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, (first, _, _) = suite()
    finish(files, first, tmp_path)
    before = (files.path / "verdict.json").read_text()

    def full(path: Path, text: str, **_more: Any) -> int:
        with path.open("w") as file:
            file.write(text[: len(text) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(SquallError, match=r"cannot be written: No space left on device\n  free"):
        files._write_so_far("why")
    monkeypatch.undo()
    assert (files.path / "verdict.json").read_text() == before
    assert not list(files.path.rglob("*.part"))


def test_two_commands_do_not_write_into_one_directory(suite: Any, tmp_path: Path) -> None:
    files, _ = suite()
    with pytest.raises(UsageError, match=rf"another squall .*\(process {os.getpid()}, started"):
        RunDirectory(tmp_path / "out", "again")
    assert is_locked(files.path)
    files.close()
    assert not is_locked(files.path)
    RunDirectory(tmp_path / "out", "again").close()
    assert not (tmp_path / "out" / NAME).exists()


def test_a_command_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from squall.reports.run_directory import RunDirectory;"
        "files = RunDirectory(Path(sys.argv[1]), 'again'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    home = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", program, str(home)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert (home / NAME).is_file()
    RunDirectory(home, "again").close()


def test_only_the_last_runs_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"20260101-00000{number}-000").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "20250101-000000-000").symlink_to(tmp_path / "mine")
    writing = RunDirectory(tmp_path / "20260101-000001-000", "again")
    removed = remove_old_runs(tmp_path, keep=2)
    writing.close()
    assert [path.name[14:15] for path in removed] == ["0", "2", "3"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "20250101-000000-000", "20260101-000001-000", "20260101-000004-000",
        "20260101-000005-000", "mine",
    ]  # fmt: skip
    assert remove_old_runs(tmp_path / "nowhere") == []


def test_others_of_the_machine_cannot_read_a_run(suite: Any, tmp_path: Path) -> None:
    files, (first, _, _) = suite()
    finish(files, first, tmp_path)
    files.close()
    assert [path.stat().st_mode & 0o777 for path in (files.path, files.path / "first")] == [
        0o700, 0o700,
    ]  # fmt: skip
