"""A process that has ended keeps its exit code, also when a signal comes too late."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog

EXIT_CODE = 7
PATIENCE = 10.0


@pytest.fixture
def loop_that_looks_itself() -> Iterator[None]:
    """The event loop collects exit codes in a turn of its own, as of Python 3.12: before that turn
    an ended process is a zombie.
    """
    if sys.version_info >= (3, 12):
        yield
        return
    usual = asyncio.get_child_watcher()
    watcher = asyncio.PidfdChildWatcher()
    watcher.attach_loop(asyncio.get_running_loop())
    asyncio.set_child_watcher(watcher)
    yield
    asyncio.set_child_watcher(usual)


def wait_for_zombie(pid: int) -> None:
    """Without a turn of the event loop."""
    ends = time.monotonic() + PATIENCE
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < ends:
        time.sleep(0.01)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pidfd is of Linux")
async def test_a_signal_to_a_process_that_has_just_ended_does_not_take_its_exit_code(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("loop_that_looks_itself")
    keeper = Watchdog()
    child = ManagedProcess("the child", tmp_path / "child.log", keeper)
    try:
        await child.start(["sh", "-c", f"sleep 0.3; exit {EXIT_CODE}"])
        wait_for_zombie(child.process.pid)
        child.send(signal.SIGTERM)
        assert await child.process.wait() == EXIT_CODE
    finally:
        await child.kill()
        await keeper.close()


FORKS_ON = """
import os, sys, time
for _ in range(400):
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)
    time.sleep(0.001)
time.sleep(20)
"""


def started_with(mark: str) -> list[int]:
    """The processes that have this word in their command line."""
    return [
        one.pid
        for one in psutil.process_iter(["cmdline", "status"])
        if mark in (one.info["cmdline"] or ()) and one.info["status"] != psutil.STATUS_ZOMBIE
    ]


def wait_for_forks(mark: str) -> None:
    """Until some of them run."""
    ends = time.monotonic() + PATIENCE
    while len(started_with(mark)) < 5 and time.monotonic() < ends:
        time.sleep(0.01)


async def test_what_is_forked_while_it_is_killed_is_killed_too(tmp_path: Path) -> None:
    """A database server forks for each connection, also at the moment of a crash."""
    keeper, mark = Watchdog(), f"mark-of-{tmp_path.name}-{time.monotonic_ns()}"
    child = ManagedProcess("the child", tmp_path / "child.log", keeper)
    try:
        await child.start([sys.executable, "-c", FORKS_ON, mark])
        await asyncio.to_thread(wait_for_forks, mark)
        await child.kill()
        assert started_with(mark) == []
    finally:
        await child.kill()
        for pid in started_with(mark):
            psutil.Process(pid).kill()
        await keeper.close()
