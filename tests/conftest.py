"""Fixtures of all tests, and the rule for what a machine may lack."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from squall.core.errors import LabError
from squall.lab.providers.process.engine_process import INSTALL, find_toxiproxy

pytest_plugins = ["pytester"]


def pytest_configure(config: pytest.Config) -> None:
    """Labs end by themselves; asyncio's debug output is of no use here."""
    config.addinivalue_line("markers", "engine(name): the engine of a scenario test")


def require(what: str, remedy: str) -> None:
    """Skip with the reason, or fail where SQUALL_REQUIRE says that it must be there."""
    required = os.environ.get("SQUALL_REQUIRE", "").split(",")
    reason = f"{what} is missing; install it with: {remedy}"
    if what in required:
        pytest.fail(f"SQUALL_REQUIRE={what}, but {reason}")
    pytest.skip(reason)


@pytest.fixture(params=["embedded", "toxiproxy"])
def engine(request: pytest.FixtureRequest) -> str:
    """Either engine; the real Toxiproxy only where it is installed."""
    name = str(request.param)
    if name == "toxiproxy" and find_toxiproxy() is None:
        require("toxiproxy", INSTALL)
    return name


@pytest.fixture
def need() -> Callable[[str, str], None]:
    """``need(what, remedy)`` skips with the reason, or fails where it must be there."""
    return require


@pytest.fixture
def same_file() -> re.Pattern[str]:
    """Matches ``file:line:`` at the start of a problem."""
    return re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): (?P<text>.+)$", re.MULTILINE)


@pytest.fixture(scope="session")
def docker_engine() -> None:
    """A Docker engine that answers; CI starts one with .ci/engine."""
    try:
        from squall.lab.providers.docker.docker_client import plain  # noqa: PLC0415 - an extra

        plain().close()
    except (ImportError, LabError) as error:
        require("docker", f"see the guide of Docker Engine ({str(error).splitlines()[0]})")
