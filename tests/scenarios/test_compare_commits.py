"""``squall compare --against HEAD`` in labs: a graded mutant is worse, a commit is like itself."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from squall_proof.commits.graded_app import write_project

pytestmark = [pytest.mark.scenario, pytest.mark.proof, pytest.mark.timeout(900)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    home = write_project(tmp_path / "graded")
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=home, check=True)
    return home


def compared(home: Path, seed: int) -> tuple[int, str, float]:
    begun = time.monotonic()
    words = ["compare", "--against", "HEAD", "--only", "dropped-connections", "--seed", str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", *words],
        cwd=home, capture_output=True, text=True, check=False, timeout=800,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr, time.monotonic() - begun


@pytest.mark.parametrize("longer", [1.2, 2.0], ids=["20 % longer", "100 % longer"])
def test_a_longer_recovery_is_worse(
    project: Path, longer: float, record_property: Callable[[str, object], None]
) -> None:
    write_project(project, longer=longer)
    code, told, seconds = compared(project, 1)
    record_property("seconds", round(seconds))
    assert code == 1, told
    assert re.search(r"recovery.*worse", told), told


def test_a_commit_is_like_itself(
    project: Path, record_property: Callable[[str, object], None]
) -> None:
    code, told, seconds = compared(project, 1)
    record_property("seconds", round(seconds))
    assert code in (0, 2), told
    assert not re.search(r"recovery.*(worse|better)", told), told
