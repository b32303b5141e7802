"""A repository with two commits, and a run made by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from squall.gates.verdict import Finding
from squall.history.evidence import Contract, Evidence, FinalState
from squall.history.op import Op
from squall.runner.run import Run
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall_faults import Refuse

Git = Callable[..., str]


@pytest.fixture
def run(make: Any) -> Callable[..., Run]:
    """One outage from 1 s to 2 s."""

    def build(ops: Sequence[Op], findings: tuple[Finding, ...]) -> Run:
        scenario = Scenario(name="cut", story="It rains.", steps=(at(0, Refuse(), lasting=1),))
        evidence = Evidence(
            ops=tuple(ops),
            events=tuple(make.outage()),
            final_state=FinalState(),
            contract=Contract(deadline_seconds=1.0),
        )
        return Run(
            scenario=scenario, seed=7, engine="embedded", evidence=evidence, findings=findings
        )

    return build


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git in a new repository whose first commit has the app ``shop``; ``old`` names it."""
    home = tmp_path / "project"
    home.mkdir()

    def run_git(*words: str) -> str:
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        done = subprocess.run(
            ["git", *identity, *words], cwd=home, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    run_git("init", "-q", "-b", "main")
    (home / "shop").mkdir()
    (home / "shop" / "__init__.py").write_text("")
    (home / "shop" / "main.py").write_text("app = 'old'\n")
    run_git("add", ".")
    run_git("commit", "-q", "-m", "The shop")
    run_git("tag", "old")
    (home / "shop" / "main.py").write_text("app = 'new'\n")
    run_git("commit", "-q", "-a", "-m", "A new shop")
    return run_git


@pytest.fixture
def project(git: Git, tmp_path: Path) -> Path:
    """The directory of that repository."""
    del git
    return tmp_path / "project"
