"""A wheel of the tree, in an empty environment that holds nothing but what it asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
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


def build(python: Path, target: str, source: Path, place: Path) -> Path:
    """Build ``sdist`` or ``wheel`` into a place, as a release does."""
    done = run(
        python, "-m", "hatchling", "build", "--directory", place, "--target", target, cwd=source
    )
    assert done.returncode == 0, done.stderr
    (built,) = place.glob({"sdist": "*.tar.gz", "wheel": "*.whl"}[target])
    return built


@pytest.fixture(scope="session")
def no_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that can build; skip, with the installer's own words, without an index."""
    home = tmp_path_factory.mktemp("index")
    venv.create(home, with_pip=True)
    done = install(home / "bin/python", "hatchling", "--constraint", CONSTRAINTS)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        pytest.skip(f"no package index answers: {last}")
    return home / "bin/python"


@pytest.fixture(scope="session")
def sdist(no_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, and next to it a wheel that was built from it alone."""
    place = tmp_path_factory.mktemp("sdist")
    built = build(no_index, "sdist", ROOT, place)
    with tarfile.open(built) as archive:
        if hasattr(tarfile, "data_filter"):  # Python 3.11.2 of Debian 12 has none
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(place)  # noqa: S202 - what this test has built
    build(no_index, "wheel", place / built.name.removesuffix(".tar.gz"), place)
    return built


@pytest.fixture(scope="session")
def wheel(no_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree."""
    place = tmp_path_factory.mktemp("wheel")
    return build(no_index, "wheel", ROOT, place)


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
