"""The CI files with shards: their commands do what the files promise, run here without a lab.

``check`` is asked for its list; ``merge`` and ``report`` get stored shards where the files put
them.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from squall.cli.main import squall
from squall.config.profile import REFERENCE
from squall.lab.lab_options import LabOptions
from squall.reports.shard_record import shard_record
from squall.scenario.library import stock
from squall.scenario.selection import for_dependencies
from squall.scenario.sharding import Shard

EXAMPLES = Path(__file__).parents[4] / "examples"
COUNT = 4
STEP_KEYS = {"name", "uses", "run", "with", "if", "env", "continue-on-error"}


@dataclass(frozen=True)
class Pipeline:
    """The commands of one example, with what its system sets for a shard."""

    check: str
    merge: str
    report: str
    artifacts: str
    """Where the shards are before the merge: a directory that holds theirs."""
    junit: str
    set_by_system: Callable[[int], Mapping[str, str]]


def github_file() -> dict[str, Any]:
    text = (EXAMPLES / "ci-github/shards.yml").read_text("utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def github() -> Pipeline:
    jobs = github_file()["jobs"]
    (check,) = commands(jobs["shard"])
    merge, report = commands(jobs["merge"])
    (download,) = (step for step in jobs["merge"]["steps"] if "download" in step.get("uses", ""))
    return Pipeline(
        check=re.sub(r"\$\{\{ matrix\.shard \}\}", "$SHARD_HERE", check).replace(
            "${{ github.run_number }}", "$RUN_HERE"
        ),
        merge=merge, report=report, artifacts=download["with"]["path"], junit="",
        set_by_system=lambda number: {"SHARD_HERE": str(number), "RUN_HERE": "12"},
    )  # fmt: skip


def gitlab() -> Pipeline:
    document = yaml.safe_load((EXAMPLES / "ci-gitlab/shards.gitlab-ci.yml").read_text("utf-8"))
    assert document["outages"]["parallel"] == COUNT
    (check,) = commands(document["outages"])
    (merge,) = commands(document["merge"])
    (report,) = document["merge"]["after_script"]
    assert document["stages"].index(document["merge"]["stage"]) == 1
    return Pipeline(
        check=check, merge=merge, report=report, artifacts=".",
        junit=document["merge"]["artifacts"]["reports"]["junit"],
        set_by_system=lambda number: {
            "CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(COUNT), "CI_PIPELINE_IID": "12",
        },
    )  # fmt: skip


def jenkins_file() -> str:
    return (EXAMPLES / "ci-jenkins/Jenkinsfile").read_text("utf-8")


def jenkins() -> Pipeline:
    text = jenkins_file()
    lines = [line.replace(".venv/bin/", "") for line in re.findall(r"\bsh '([^']+)'", text)]
    check, merge = (line for line in lines if line.startswith("squall "))
    (junit,) = re.findall(r"junit testResults: '([^']+)'", text)
    return Pipeline(
        check=check, merge=merge, report="squall report squall-report --format md", artifacts=".",
        junit=junit,
        set_by_system=lambda number: {"SHARD": str(number), "BUILD_NUMBER": "12"},
    )  # fmt: skip


def commands(job: dict[str, Any]) -> list[str]:
    lines = [step.get("run", "") for step in job.get("steps", ())] + list(job.get("script", ()))
    return [line for line in lines if line.startswith("squall ")]


PIPELINES = {"github": github, "gitlab": gitlab, "jenkins": jenkins}
every_pipeline = pytest.mark.parametrize("name", PIPELINES)


def words(line: str, number: int, pipeline: Pipeline, cwd: Path) -> list[str]:
    """What the shell makes of a command line: variables and patterns are filled in."""
    plain = line.partition(" > ")[0]
    environment = {"PATH": os.environ["PATH"], **pipeline.set_by_system(number)}
    program = f"squall() {{ printf '%s\\n' \"$@\"; }}; {plain}"
    done = subprocess.run(
        ["bash", "-euc", program], cwd=cwd, env=environment, capture_output=True, text=True,
        check=True, timeout=30,
    )  # fmt: skip
    return done.stdout.splitlines()


def said(given: list[str]) -> tuple[int, str]:
    result = CliRunner().invoke(squall, given, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value or 0), result.stdout


@every_pipeline
def test_the_shards_of_all_machines_are_the_whole(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQUALL_APP", "mypackage.main:app")
    pipeline = PIPELINES[name]()
    found: list[str] = []
    for number in range(1, COUNT + 1):
        given = words(pipeline.check, number, pipeline, tmp_path)
        assert given[given.index("--seed") + 1] == "12"
        assert given[given.index("--output") + 1] == f"squall-shard-{number}"
        listed = said([*given, "--list"])[1]
        found += [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")]
    concerned = for_dependencies(stock(), ())
    assert sorted(found) == [one.name for one in concerned if "long" not in one.tags]


@pytest.fixture
def shards(run: Any, stored: Any) -> Callable[[str], None]:
    """Four stored shards of one outage each, below a directory."""

    def write(place: str) -> None:
        names = ["first", "second", "third", "fourth"]
        runs = [run(name=name) for name in names]
        parts = {name: number for number, name in enumerate(names, 1)}
        options = LabOptions(profile=REFERENCE, seed=12)
        scenarios = [one.scenario for one in runs]
        for number, one in enumerate(runs, 1):
            shard = Shard(number=number, of=COUNT)
            part = shard_record(scenarios, parts, shard, options, paired=False)
            (Path.cwd() / place).mkdir(exist_ok=True)
            stored(one, name=f"{place}/squall-shard-{number}", part=part)

    return write


@every_pipeline
def test_the_last_job_merges_what_the_others_kept(
    name: str, tmp_path: Path, shards: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pipeline = PIPELINES[name]()
    shards(pipeline.artifacts)
    for logs in (tmp_path / pipeline.artifacts).glob("*-logs"):
        logs.rename(tmp_path / f".{logs.name}")
    code, output = said(words(pipeline.merge, 0, pipeline, tmp_path))
    assert (code, "pass: 4 of 4 shards merged" in output) == (0, True)
    assert (tmp_path / "squall-report/index.html").is_file()
    assert not pipeline.junit or (tmp_path / pipeline.junit).is_file()
    comment = said(words(pipeline.report, 0, pipeline, tmp_path))[1]
    assert comment.startswith("## ✅ Squall: pass\n\n4 of 4 outages passed.")


def test_the_workflow_is_one_that_github_takes() -> None:
    document = github_file()
    assert {"name", True, "permissions", "jobs"} == set(document)
    assert document["jobs"]["shard"]["strategy"]["matrix"] == {"shard": list(range(1, COUNT + 1))}
    assert document["jobs"]["merge"]["needs"] == "shard"
    for job in document["jobs"].values():
        assert job["timeout-minutes"] <= 30
        for step in job["steps"]:
            assert set(step) <= STEP_KEYS
            assert ("uses" in step) != ("run" in step)
            assert "uses" not in step or step["uses"].count("@v") == 1


@pytest.mark.parametrize("name", ["shard", "merge"])
def test_what_a_job_found_is_kept_whatever_it_ended_with(name: str) -> None:
    steps = github_file()["jobs"][name]["steps"]
    (kept,) = (step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert kept["if"] == "always()"
    assert github_file()["jobs"]["merge"]["if"] == "always()"


def test_the_jenkinsfile_is_closed_and_brings_every_shard_to_the_merge() -> None:
    text = re.sub(r"//.*", "", jenkins_file())
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    for opening, closing in ("{}", "()", "[]"):
        assert bare.count(opening) == bare.count(closing)
    shards = [str(number) for number in range(1, COUNT + 1)]
    axis = re.search(r"name 'SHARD'; values ([^}]+)\}", text)
    brought = re.search(r"for \(shard in \[([^\]]+)\]\)", text)
    assert axis is not None
    assert brought is not None
    assert re.findall(r"'(\d)'", axis[1]) == re.findall(r"'(\d)'", brought[1]) == shards
    assert 'stash name: "squall-shard-${SHARD}"' in text
    assert 'unstash "squall-shard-${shard}"' in text
