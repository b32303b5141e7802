"""What ends from outside in the middle of a run is noticed at once, and the run proves nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from squall.config.profile import REFERENCE
from squall.core import events
from squall.core.errors import ComponentLost
from squall.lab.lab import Lab, lab
from squall.lab.lab_options import LabOptions
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.runner.run import Runner
from squall.scenario.model import Load, Scenario
from squall.scenario.step import Step
from squall_faults.network.latency import Latency

OPTIONS = LabOptions(profile=REFERENCE, seed=20_261_128)
NOTICED_SECONDS = 5.0
"""Of which the heal of the fault that is in force may take most."""


SLOW = Scenario(
    name="ended-from-outside",
    story="Somebody else ends a component during the run.",
    steps=(Step(at_seconds=0.0, fault=Latency(latency_ms=20), lasting_seconds=20.0),),
    load=Load(rate_per_second=20),
    before_seconds=1.0,
    after_seconds=1.0,
)


def victim(running: Lab, component: str) -> int:
    """Number of the component's process; other tests' labs may be up, too: the youngest is ours."""
    if component == "watchdog":
        return running.keeper.pid
    words = {"engine": "squall_faults.proxy", "workload": "squall.workload", "PostgreSQL": "-D"}
    for process in sorted(
        psutil.Process().children(), key=psutil.Process.create_time, reverse=True
    ):
        with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            if words[component] in process.cmdline():
                return process.pid
    raise AssertionError(f"there is no {component}")


@pytest.mark.parametrize("component", ["engine", "PostgreSQL", "workload", "watchdog"])
async def test_a_component_that_is_killed_from_outside_is_named(component: str) -> None:
    killed_at, heard = [], list[events.Event]()

    async with lab(OPTIONS) as running:
        pid = victim(running, component)

        def listen(event: events.Event) -> None:
            heard.append(event)
            if isinstance(event, events.RunStarted):
                os.kill(pid, signal.SIGKILL)
                killed_at.append(time.monotonic())

        with pytest.raises(ComponentLost, match=f"^{component} ended by SIGKILL") as lost:
            await Runner(running).run(SLOW, seed=1, listener=listen)
        assert lost.value.component == component
        ends = [one for one in heard if isinstance(one, events.ComponentEnded)]
        assert [one.component for one in ends] == [component]
        assert ends[0].at - killed_at[0] < NOTICED_SECONDS
        assert component in await running.broken(), "no later run passes in this lab"
        assert psutil.pid_exists(running.keeper.pid), "another watchdog is there"


async def test_postgresql_killed_before_our_own_crash_of_it_is_noticed(
    public_directory: Path,
) -> None:
    keeper = Watchdog()
    server = PostgresProcess(public_directory, keeper)
    await server.start()
    await server.kill()
    await server.start()
    await server.stop("fast")
    await server.start()
    assert server.unasked_end == "", "these ends were asked for"
    killed = psutil.Process(server._child.process.pid)
    killed.kill()
    with contextlib.suppress(psutil.NoSuchProcess):  # a thread of asyncio may have reaped it
        while killed.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.001)  # noqa: ASYNC251 - the event loop must not hear of it
    await server.kill()  # at once: the event loop has not heard of it yet
    await server.start()
    assert server.unasked_end.startswith("ended")
    await server.close()
    await keeper.close()


async def test_a_watchdog_that_was_replaced_still_clears_the_lab_away() -> None:
    async with lab(OPTIONS) as running:
        os.kill(running.keeper.pid, signal.SIGKILL)
        async with asyncio.timeout(5):
            while not running.watch.lost():  # noqa: ASYNC110 - a dead process sets no event
                await asyncio.sleep(0.01)
        directories = running.keeper._directories
        assert running.directory in directories
        pid = victim(running, "engine")
        if running.keeper._process.stdin is not None:
            running.keeper._process.stdin.close()  # as when this process had been killed
        await asyncio.to_thread(psutil.Process(pid).wait, 10)
