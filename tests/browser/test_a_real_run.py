"""From a real outage to its page, to the same verdict without servers, to the same run again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from squall.history.op import FIRST_EXTRA
from squall.reports.verdict_json import schema

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of one stock outage against the reference app."""
    home = tmp_path_factory.mktemp("checked") / "out"
    code, output = squall(
        "check",
        "--app",
        "reference",
        "--only",
        "dropped-connections",
        "--seed",
        4,
        "--output",
        home,
    )
    assert code in (0, 1, 2), output
    return home


def squall(*words: object) -> tuple[int, str]:
    """Run the command in a process of its own; its exit code and everything that it said."""
    command = [sys.executable, "-m", "squall.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    return done.returncode, done.stdout + done.stderr


def verdict_of(home: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((home / "verdict.json").read_text())
    jsonschema.validate(document, schema())
    return document


def test_recheck_says_the_same_to_the_letter(checked: Path) -> None:
    code, output = squall("recheck", checked, "--verbose")
    assert "the verdicts are as stored" in output
    assert code == {"pass": 0, "fail": 1, "inconclusive": 2}[verdict_of(checked)["verdict"]]
    (outage,) = verdict_of(checked)["outages"]
    for finding in outage["findings"]:
        assert f"{finding['verdict']} {finding['gate']}: {finding['reason']}" in output


def test_replay_runs_the_same_requests_again(checked: Path, tmp_path: Path) -> None:
    """The same draws: the same operations in the same order, at the same offsets."""
    code, output = squall("replay", checked, "--app", "reference", "--output", tmp_path / "again")
    assert code in (0, 1, 2), output
    assert f"{checked / 'dropped-connections'}" in output
    schedules = []
    for home in (checked, tmp_path / "again"):
        _, *lines = (home / "dropped-connections/history.jsonl").read_text().splitlines()
        # What is read back depends on what was answered; the plan does not.
        ops = [op for line in lines if (op := json.loads(line))["id"] < FIRST_EXTRA]
        start = ops[0]["intended"]
        schedules.append([(op["name"], round(op["intended"] - start, 6)) for op in ops])
    both = min(map(len, schedules))  # a run that is not well to begin with ends early
    assert both > 30
    assert schedules[0][:both] == schedules[1][:both]
    assert verdict_of(tmp_path / "again")["outages"][0]["seed"] == 4


@pytest.mark.needs("browser")
async def test_the_page_of_a_real_run_is_drawn(page: Any, checked: Path) -> None:
    for name in ("index.html", "dropped-connections/report.html"):
        await page.open((checked / name).resolve().as_uri(), width=390)
        assert await page.value("document.documentElement.scrollWidth") == 390
    drawn = "[...document.querySelectorAll('.chart')].map(chart => chart.dataset.drawn)"
    assert set(await page.value(drawn)) == {"yes"}
    assert page.complaints == []
