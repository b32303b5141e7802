"""Keepers, yards and directories; everything here needs an engine, or says why not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from harness.providers.docker.yard import Yard
from harness.providers.process.keeper import Keeper


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """pytest's own are private; PostgreSQL's account may enter this one."""
    path = Path(tempfile.mkdtemp(prefix="lab-test-")).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
async def keeper(public_directory: Path) -> AsyncIterator[Keeper]:
    watching = Keeper()
    watching.watch_directory(public_directory)
    yield watching
    await watching.close()


@pytest.fixture
def yard(docker_engine: None, keeper: Keeper) -> Iterator[Yard]:  # noqa: ARG001 - it must be there
    made = Yard(keeper)
    yield made
    made.clear()
