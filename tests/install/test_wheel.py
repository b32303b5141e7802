"""Squall as its users have it: a wheel in site-packages, in a project with names of its own."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(600)]

OURS = {"squall", "squall_faults", "squall_reference"}

PACKAGES = ("harness", "faults", "app_under_test", "tests")
MODULES = ("click", "yaml", "types", "token", "psutil", "aiohttp")

SHOP = """
import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request

import faults  # the project's own package


@asynccontextmanager
async def lifespan(app):
    address = os.environ["DATABASE_URL"]
    app.state.pool = await asyncpg.create_pool(address, min_size=1, max_size=4, timeout=1)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/numbers")
async def numbers(request: Request) -> list[int]:
    async with request.app.state.pool.acquire(timeout=1) as connection:
        return [row[0] for row in await connection.fetch("SELECT generate_series(1, 3)")]
"""


def test_the_wheel_holds_the_product_and_the_reference_app_and_no_more(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(n for n in names if n.endswith("METADATA"))).decode()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == OURS
    assert not [name for name in names if "mutants" in name.split("/")[0]]
    assert "squall/py.typed" in names
    assert "Provides-Extra: reference" in metadata


def test_the_sdist_builds_the_same_wheel_and_holds_what_belongs_in_it(
    sdist: Path, wheel: Path
) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "PKG-INFO"} <= names
    assert {"docs/index.md", "tests/conftest.py", "examples/ci-github/squall.yml"} <= names
    tops = {name.partition("/")[0] for name in names}
    assert not tops & {".ci", ".github", "benchmarks", ".squall", ".venv", "site", "build"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".log")]
    (built,) = sdist.parent.glob("*.whl")
    with ZipFile(built) as one, ZipFile(wheel) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())


def test_the_project_says_where_it_lives(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = archive.read(name).decode()
    kinds = set(re.findall(r"^Project-URL: (\w+), https://", metadata, re.MULTILINE))
    assert kinds == {"Documentation", "Source", "Issues", "Changelog"}


def test_import_squall_gives_the_public_face(python: Path, program: Any, tmp_path: Path) -> None:
    code = (
        "import squall;"
        " print([name for name in squall.__all__ if getattr(squall, name) is None],"
        " squall.__version__, squall.faults.Latency(latency_ms=1).latency_ms)"
    )
    done = program(python, "-c", code, cwd=tmp_path)
    assert done.stdout.startswith("[] 0."), done.stderr


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A project whose packages and modules have the names of what others import."""
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text('raise RuntimeError(f"shadowed: {__name__}")\n')
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "pyproject.toml").write_text('[tool.squall]\napp = "shop:app"\n')
    return tmp_path


def test_the_whole_product_runs_in_a_project_with_such_names(
    python: Path, program: Any, crowded: Path
) -> None:
    squall = python.parent / "squall"
    done = program(squall, "check", "--only", "slow-network", "--seed", "3", cwd=crowded)
    assert done.returncode in (0, 1, 2), done.stdout + done.stderr  # 3: a program did not start
    assert "slow-network" in done.stdout
    assert "shadowed" not in done.stdout + done.stderr


def test_the_projects_own_tests_can_use_its_packages_and_the_plugin(
    python: Path, program: Any, crowded: Path
) -> None:
    """``python -m pytest`` puts the directory first: only its packages can have our old names."""
    for name in MODULES:
        (crowded / f"{name}.py").unlink()
    (crowded / "tests" / "test_shop.py").write_text(
        "import app_under_test, faults, harness\n\n\ndef test_it(squall):\n    assert squall\n"
    )
    done = program(python, "-m", "pytest", "-q", cwd=crowded)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_demo_runs_anywhere(python: Path, program: Any, tmp_path: Path) -> None:
    squall = python.parent / "squall"
    done = program(squall, "demo", "--only", "slow-network", "--seed", "3", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "squall init" in done.stdout
    done = program(squall, "check", cwd=tmp_path)
    assert (done.returncode, "run `squall demo`" in done.stderr) == (4, True)
