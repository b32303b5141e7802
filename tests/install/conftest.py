"""A wheel of the tree, in an empty environment that holds nothing but what it asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 240
CONSTRAINTS = ROOT / "requirements" / "constraints.txt"
Run = Callable[..., subprocess.CompletedProcess[str]]


def run(
    *words: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program without what this test session has set for Python and Squall."""
    inherited = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "SQUALL_", "VIRTUAL_ENV"))
    }  # fmt: skip
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**inherited, **environment},
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


def install(python: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """``pip install``, by uv where it is."""
    uv = shutil.which("uv")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if uv:
        pip = [uv, "pip", "install", "--quiet", "--python", str(python)]
    return run(*pip, *words)


@pytest.fixture(scope="session")
def no_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip, with the installer's own words, when no package index answers."""
    home = tmp_path_factory.mktemp("index")
    venv.create(home, with_pip=True)
    done = install(home / "bin/python", "hatchling", "--constraint", CONSTRAINTS)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        pytest.skip(f"no package index answers: {last}")


@pytest.fixture(scope="session")
def wheel(no_index: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001 - skips
    """The wheel, built as a release builds it."""
    place = tmp_path_factory.mktemp("wheel")
    uv = shutil.which("uv")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    if uv:
        build = [uv, "build", "--wheel", "--quiet", "--out-dir"]
    done = run(*build, place, ROOT)
    assert done.returncode == 0, done.stderr
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an empty environment with the wheel and what a small app needs."""
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=shutil.which("uv") is None)
    there = home / "bin" / "python"
    done = install(there, f"{wheel}[reference]", "fastapi", "--constraint", CONSTRAINTS)
    assert done.returncode == 0, done.stderr
    return there


@pytest.fixture(scope="session")
def program() -> Run:
    """Run a program of the empty environment."""
    return run
