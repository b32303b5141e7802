"""Keepers, yards and directories; everything here needs an engine, or says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from squall.lab.providers.docker.container_factory import ContainerFactory
from squall.lab.providers.process.watchdog import Watchdog


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """pytest's own are private; PostgreSQL's account may enter this one."""
    path = Path(tempfile.mkdtemp(prefix="lab-test-")).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
async def keeper(public_directory: Path) -> AsyncIterator[Watchdog]:
    watching = Watchdog()
    watching.watch_directory(public_directory)
    yield watching
    await watching.close()


@pytest.fixture
def yard(docker_engine: None, keeper: Watchdog) -> Iterator[ContainerFactory]:  # noqa: ARG001 - it must be there
    made = ContainerFactory(keeper)
    yield made
    made.clear()


@pytest.fixture(scope="session")
def compose(docker_engine: None) -> list[str]:  # noqa: ARG001 - it must be there
    """The command: the engine's plugin, or the older program."""
    plugin = subprocess.run(["docker", "compose", "version"], check=False, capture_output=True)
    if plugin.returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose") is None:
        missing = pytest.fail if "docker" in os.environ.get("SQUALL_REQUIRE", "") else pytest.skip
        missing("docker compose is missing; install it with: apt-get install docker-compose")
    return ["docker-compose"]
