"""A lab whose harness and watchdog were both killed is ended by the next command."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from squall.core.process_identity import ProcessIdentity
from squall.core.runtime_directory import runtime_directory
from squall.lab.providers.process import lab_registry
from squall.lab.providers.process.lab_registry import LabEntry

HARNESS = """
import asyncio, sys
from pathlib import Path
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog

async def main():
    keeper = Watchdog()
    directory = Path(sys.argv[1])
    keeper.watch_directory(directory)
    child = ManagedProcess("part", directory / "part.log", keeper)
    await child.start([sys.executable, "-c", "import time; time.sleep(600)"])
    print(keeper.pid, child.process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry of this test's own."""
    path = tmp_path / "registry"
    monkeypatch.setenv("SQUALL_RUNTIME_DIR", str(path))
    return path


def lab_of(directory: Path) -> tuple[subprocess.Popen[str], int, int]:
    """A harness with one component; also the numbers of watchdog and component."""
    directory.mkdir()
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS, str(directory)], stdout=subprocess.PIPE, text=True
    )
    assert harness.stdout is not None
    watchdog, part = map(int, harness.stdout.readline().split())
    return harness, watchdog, part


def runs(pid: int) -> bool:
    return ProcessIdentity.of(pid).alive


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)


def end(harness: subprocess.Popen[str]) -> None:
    harness.kill()
    harness.wait()
    if harness.stdout is not None:
        harness.stdout.close()


def test_harness_and_watchdog_killed_the_next_command_ends_the_lab(
    tmp_path: Path, registry: Path
) -> None:
    harness, watchdog, part = lab_of(tmp_path / "lab")
    harness.send_signal(signal.SIGSTOP)  # else it starts another watchdog
    os.kill(watchdog, signal.SIGKILL)
    end(harness)
    until(lambda: not runs(watchdog))
    assert runs(part), "nobody else ends it: the test proves something"
    assert [entry.lab for _, entry in lab_registry.abandoned()]
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", "doctor"], capture_output=True, text=True, check=False
    )
    assert "dead labs: 1" in done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", "clean"], capture_output=True, text=True, check=False
    )
    assert "ended 1 lab" in done.stdout
    until(lambda: not runs(part))
    assert not (tmp_path / "lab").exists()
    assert list(registry.glob(f"*{lab_registry.SUFFIX}")) == []


def test_a_lab_that_is_up_is_left_alone(tmp_path: Path) -> None:
    harness, watchdog, part = lab_of(tmp_path / "lab")
    try:
        assert lab_registry.end_abandoned() == []
        assert runs(part)
        assert runs(watchdog)
    finally:
        end(harness)
    until(lambda: not runs(part))
    until(lambda: not (tmp_path / "lab").exists())


def test_the_watchdog_takes_the_record_with_it(tmp_path: Path, registry: Path) -> None:
    harness, _, part = lab_of(tmp_path / "lab")
    assert len(list(registry.glob(f"*{lab_registry.SUFFIX}"))) == 1
    end(harness)
    until(lambda: not list(registry.glob(f"*{lab_registry.SUFFIX}")))
    assert not runs(part)


GONE = ProcessIdentity(os.getpid(), "an earlier start")


def entry(tmp_path: Path) -> LabEntry:
    return LabEntry(
        lab="0123abcd",
        machine=lab_registry.this_machine(),
        harness=GONE,
        watchdog=GONE,
        directories=[str(tmp_path / "lab")],
    )


@pytest.mark.parametrize(
    ("change", "abandoned"),
    [
        ({}, True),
        ({"harness": ProcessIdentity.own()}, False),
        ({"watchdog": ProcessIdentity.own()}, False),
        ({"machine": "another container that shares the directory"}, False),
    ],
    ids=["both gone", "harness lives", "watchdog lives", "elsewhere"],
)
def test_who_is_abandoned(tmp_path: Path, change: dict[str, object], abandoned: bool) -> None:
    assert dataclasses.replace(entry(tmp_path), **change).abandoned is abandoned  # type: ignore[arg-type] # a table


def test_only_directories_of_this_account_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = [str(tmp_path)]
    assert lab_registry._own([*mine, "/not/there"]) == mine
    account = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: account + 1)
    assert lab_registry._own(mine) == []


def test_damaged_records_are_removed(registry: Path) -> None:
    assert runtime_directory() == registry
    (registry / f"x{lab_registry.SUFFIX}").write_text(json.dumps({"lab": 3}))
    assert lab_registry.abandoned() == []
    assert list(registry.glob(f"*{lab_registry.SUFFIX}")) == []


def test_a_directory_that_others_may_write_to_is_not_used(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.mkdir(mode=0o777)
    registry.chmod(0o777)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    used = runtime_directory()
    assert used != registry
    assert used is None or stat.S_IMODE(used.stat().st_mode) == 0o700
