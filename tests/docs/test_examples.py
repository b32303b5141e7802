"""The examples, executed as their READMEs say, in a copy outside of the repository."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
SECONDS = 110
Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """Type a command in a copy of an example; ``squall`` and ``pytest`` are those under test."""

    def run(example: str, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
        home = tmp_path / example
        if not home.exists():
            shutil.copytree(EXAMPLES / example, home)
        programs = {"squall": "squall.cli", "pytest": "pytest"}
        program, *words = shlex.split(line)
        command = [sys.executable, "-m", programs[program], *words]
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("SQUALL_")}
        return subprocess.run(
            command, cwd=home, env={**inherited, **environment}, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip

    return run


@pytest.mark.scenario
def test_an_app_of_ones_own_is_checked_with_nothing_changed_in_it(
    typed: Typed, tmp_path: Path
) -> None:
    done = typed("attach-to-your-app", "squall check --only slow-network --output out --seed 5")
    assert done.returncode in (0, 1, 2), done.stdout + done.stderr
    assert "app notes.main:app" in done.stdout
    report = (tmp_path / "attach-to-your-app/out/slow-network/report.html").read_text()
    assert "Application metrics" in report


@pytest.mark.scenario
def test_its_tests_choose_their_outages(typed: Typed) -> None:
    done = typed("attach-to-your-app", "pytest -p no:cacheprovider --collect-only -q")
    assert "test_callers_are_served_again[silent-network]" in done.stdout
    done = typed(
        "attach-to-your-app",
        "pytest -p no:cacheprovider --squall-only database-crash-restart --squall-seed 5"
        " -k no_note",
    )
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.scenario
def test_a_fault_of_ones_own_bites_and_heals(typed: Typed) -> None:
    done = typed("custom-fault", "pytest -p no:cacheprovider --squall-seed 5")
    assert "3 passed" in done.stdout, done.stdout


@pytest.mark.scenario
def test_the_custom_fault_is_known_to_the_command_line(typed: Typed) -> None:
    listed = typed("custom-fault", "squall faults")
    assert "example.table_renamed" in listed.stdout, listed.stdout + listed.stderr
    done = typed("custom-fault", "squall run half-a-migration.yaml --seed 5")
    assert "statements without table" in done.stdout, done.stdout + done.stderr


def workflow() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((EXAMPLES / "ci-github/squall.yml").read_text())
    return document


def test_the_workflow_is_one_that_github_takes() -> None:
    document = workflow()
    # YAML 1.1 reads "on" as true, and so does this library; GitHub does not.
    assert {"name", True, "permissions", "jobs"} == set(document)
    (job,) = document["jobs"].values()
    assert job["timeout-minutes"] <= 30
    for step in job["steps"]:
        assert set(step) <= {"name", "uses", "run", "with", "if"}
        assert ("uses" in step) != ("run" in step)
        assert "uses" not in step or step["uses"].count("@v") == 1


SYNCHRONOUS = """
import os

from fastapi import FastAPI
from sqlalchemy import create_engine, text

engine = create_engine(os.environ["SHOP_DB"], pool_pre_ping=True)
app = FastAPI()


@app.get("/answer")
def answer() -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT 42")).scalar_one()
"""

TABLE = """\
[tool.squall]
app = "shop:app"
database_env = {SHOP_DB = "{psycopg2}"}
"""


@pytest.fixture(params=["asynchronous", "synchronous"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project with a configured app, which is not the reference app."""
    home = tmp_path / "ci"
    if request.param == "asynchronous":
        shutil.copytree(EXAMPLES / "attach-to-your-app", home)
    else:
        home.mkdir()
        (home / "shop.py").write_text(SYNCHRONOUS)
        (home / "pyproject.toml").write_text(TABLE)
    return home


@pytest.mark.scenario
def test_the_workflows_command_writes_summary_and_annotations(typed: Typed, project: Path) -> None:
    (job,) = workflow()["jobs"].values()
    assert "SQUALL" not in str(workflow())
    (line,) = (step["run"] for step in job["steps"] if step.get("run", "").startswith("squall"))
    (kept,) = (step["with"]["path"] for step in job["steps"] if "artifact" in step.get("uses", ""))
    summary = project / "summary.md"
    done = typed(
        project.name, f"{line} --only slow-network --seed 5", GITHUB_STEP_SUMMARY=str(summary)
    )
    assert done.returncode in (0, 1, 2), done.stdout + done.stderr
    assert "slow-network" in summary.read_text()
    assert ("::error" in done.stdout or "::warning" in done.stdout) is (done.returncode != 0)
    assert (project / kept / "index.html").is_file()


@pytest.mark.scenario
def test_the_pipelines_command_writes_what_the_artifacts_name(typed: Typed, project: Path) -> None:
    document = yaml.safe_load((EXAMPLES / "ci-gitlab/.gitlab-ci.yml").read_text())
    assert "SQUALL" not in str(document)
    job = document["outages"]
    (line,) = (line for line in job["script"] if line.startswith("squall"))
    done = typed(project.name, f"{line} --only slow-network --seed 5")
    assert done.returncode in (0, 1, 2), done.stdout + done.stderr
    junit = (project / job["artifacts"]["reports"]["junit"]).read_text()
    assert fromstring(junit).tag == "testsuites"  # noqa: S314 - our own file
    assert all((project / path).is_dir() for path in job["artifacts"]["paths"])


@pytest.mark.scenario
def test_two_shards_are_merged_into_the_run_that_they_share(typed: Typed, tmp_path: Path) -> None:
    chosen = "--only slow-network --only dropped-connections --seed 5"
    codes = []
    for number in (1, 2):
        line = f"squall check {chosen} --shard {number}/2 --output shard-{number}"
        done = typed("attach-to-your-app", line)
        assert done.returncode in (0, 1, 2), done.stdout + done.stderr
        assert f"shard {number}/2: 1 of 2 outages" in done.stdout
        codes.append(done.returncode)
    done = typed("attach-to-your-app", "squall merge shard-1 shard-2 --output merged")
    assert done.returncode == (1 if 1 in codes else max(codes)), done.stdout + done.stderr
    document = json.loads((tmp_path / "attach-to-your-app/merged/verdict.json").read_text())
    names = [one["scenario"] for one in document["outages"]]
    assert names == ["dropped-connections", "slow-network"]
    assert document["merged"] == {"of": 2, "shards": [1, 2], "problems": []}
