"""The engine's process: ready when its API answers, told in words when it does not."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from squall.core.errors import LabError
from squall.lab.providers.process import engine_process as module
from squall.lab.providers.process.engine_process import EngineProcess, find_toxiproxy
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults.toxiproxy import ToxiproxyServer


@pytest.fixture
async def keeper(public_directory: Path) -> AsyncIterator[Watchdog]:
    watching = Watchdog()
    watching.watch_directory(public_directory)
    yield watching
    await watching.close()


async def test_the_engine_answers_when_the_start_returns(
    engine: str, public_directory: Path, keeper: Watchdog
) -> None:
    process = EngineProcess(
        public_directory, keeper, find_toxiproxy() if engine == "toxiproxy" else None
    )
    await process.start(seed=1)
    try:
        assert process.api.host == "127.0.0.1"
        assert await ToxiproxyServer(process.api.host, process.api.port).whole() == ""
    finally:
        await process.close()
    assert not process._child.running


async def test_an_engine_that_dies_is_told_at_once_with_its_last_words(
    public_directory: Path, keeper: Watchdog
) -> None:
    program = public_directory / "toxiproxy-server"
    program.write_text("#!/bin/sh\necho my last word\nexit 1\n")
    program.chmod(0o755)
    begun = time.monotonic()
    with pytest.raises(LabError, match=r"(?s)did not answer; its last words:.*my last word"):
        await EngineProcess(public_directory, keeper, str(program)).start(seed=1)
    assert time.monotonic() - begun < module.START_SECONDS / 3


async def test_an_engine_that_is_no_program_is_told(
    public_directory: Path, keeper: Watchdog
) -> None:
    with pytest.raises(LabError, match="cannot be started: /nowhere/server: No such file"):
        await EngineProcess(public_directory, keeper, "/nowhere/server").start(seed=1)


async def test_an_engine_that_was_not_started_has_no_address(
    public_directory: Path, keeper: Watchdog
) -> None:
    with pytest.raises(LabError, match="was not started"):
        _ = EngineProcess(public_directory, keeper).api


def test_the_real_server_is_looked_for_by_name_then_variable_then_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = {}
    for name in ("named", "variable", "path"):
        homes[name] = tmp_path / name / "toxiproxy-server"
        homes[name].parent.mkdir()
        homes[name].write_text("#!/bin/sh\n")
        homes[name].chmod(0o755)
    monkeypatch.setenv("PATH", str(homes["path"].parent))
    monkeypatch.setenv("SQUALL_TOXIPROXY_BIN", str(homes["variable"]))
    assert find_toxiproxy(str(homes["named"])) == str(homes["named"])
    assert find_toxiproxy() == str(homes["variable"])
    monkeypatch.delenv("SQUALL_TOXIPROXY_BIN")
    assert find_toxiproxy() == str(homes["path"])
    homes["path"].unlink()
    assert find_toxiproxy() is None
