"""A worker as our own child: every way down and up, and who starts it again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from squall.config.dependencies import AppWorker
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.providers.process.worker_process import WorkerProcess
from squall.lab.worker_set import WorkerSet
from squall_faults import WorkerCrash, WorkerPause, WorkerTerminate, within
from squall_faults.ports import WorkerControl

COMMAND = f'{sys.executable} -c "import time; time.sleep(600)"'


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[WorkerProcess]:
    """A worker that runs."""
    keeper = Watchdog()
    made = WorkerProcess(
        AppWorker(name="mails", command=COMMAND), tmp_path, keeper,
        environment={}, cwd=None, python=None, ports=(),
    )  # fmt: skip
    await made.start()
    yield made
    await made.close()
    await keeper.close()


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await met():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.01)


async def test_a_crash_ends_it_until_the_heal(worker: WorkerProcess) -> None:
    port = WorkerSet([worker])
    assert isinstance(port, WorkerControl)
    async with within(WorkerCrash(), port) as injection:
        assert (await injection.bite()).count == 1
        await asyncio.sleep(0.3)  # longer than the supervisor waits before the first start
        assert not await worker.runs()
        assert await injection.lapsed() == ""
    assert await worker.runs()
    assert worker.starts == 2


async def test_after_the_heal_it_is_supervised_as_before(worker: WorkerProcess) -> None:
    async with within(WorkerTerminate(), WorkerSet([worker])) as injection:
        assert (await injection.bite()).what == "workers ended"
    assert await worker.runs()
    os.kill(worker._child.process.pid, signal.SIGKILL)

    async def started_again() -> bool:
        return worker.starts == 3 and await worker.runs()

    await until(started_again)


async def test_a_pause_freezes_it(worker: WorkerProcess) -> None:
    async with within(WorkerPause(), WorkerSet([worker])) as injection:

        async def frozen() -> bool:
            return not await worker.runs()

        await until(frozen)
        assert (await injection.bite()).count == 1
    await until(worker.runs)
    assert worker.starts == 1


async def test_a_worker_that_is_down_is_no_bite(worker: WorkerProcess) -> None:
    await worker.crash()
    assert await worker.terminate() == 0
    assert await worker.pause() == 0
    await worker.revive()
    assert await worker.runs()
