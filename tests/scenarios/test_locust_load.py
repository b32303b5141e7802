"""One master and three workers of Locust send the load; a worker that dies proves nothing."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from squall import LabOptions, Load, Scenario, at, run_suite
from squall.core import events
from squall.gates.verdict import Verdict
from squall.runner.suite_events import RunProgress, SuiteEvent, SuiteListener
from squall.workload.load_workers import EXTRA, LoadWorkers
from squall_faults import Latency
from squall_proof.patterns.pattern_gallery import GALLERY

LIGHT = next(pattern for pattern in GALLERY if pattern.name == "asyncpg_pool")

pytestmark = [pytest.mark.scenario, pytest.mark.proof, pytest.mark.timeout(240)]


@pytest.fixture(autouse=True)
def locust_is_there(need: Callable[[str, str], None]) -> None:
    if importlib.util.find_spec("locust") is None:
        need("locust", EXTRA)


def scenario(lasting: float = 0.5) -> Scenario:
    return Scenario(
        name="slow",
        story="Every answer of the database comes late.",
        steps=(at(0.0, Latency(latency_ms=20), lasting=lasting),),
        load=Load(rate_per_second=60),
        before_seconds=1.2,
        after_seconds=1.2,
    )


def options() -> LabOptions:
    return LabOptions(profile=LIGHT.profile(), seed=1, load=LoadWorkers(local=3))


def workers() -> list[psutil.Process]:
    """Locust's workers below this process."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            if process.cmdline()[-7:-6] == ["worker"] or "--ends-with-input" in process.cmdline():
                found.append(process)
    return found


async def test_the_gates_judge_what_three_workers_sent() -> None:
    seen: list[int] = []

    def look(event: SuiteEvent) -> None:
        if isinstance(event, RunProgress) and isinstance(event.event, events.FaultInjected):
            seen.append(len(workers()))

    result = await run_suite([scenario()], options(), listeners=[look])
    (run,) = result.runs
    assert run.verdict is Verdict.PASS, run.findings
    assert seen[0] == 3
    (planned,) = [f for f in run.findings if f.gate == "load-as-planned"]
    assert planned.figures["came_due"] >= planned.figures["planned"] > 150
    assert workers() == []


def kill_a_worker() -> SuiteListener:
    killed: list[int] = []

    def listen(event: SuiteEvent) -> None:
        if killed or not isinstance(event, RunProgress):
            return
        if isinstance(event.event, events.FaultInjected):
            killed.append(workers()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    return listen


async def test_a_worker_that_is_killed_makes_the_run_inconclusive_and_the_next_has_all() -> None:
    first, second = scenario(), scenario()
    again: Any = [first, Scenario(**{**_fields(second), "name": "after"})]
    result = await run_suite(again, options(), listeners=[kill_a_worker()])
    lost, after = result.runs
    assert lost.verdict is Verdict.INCONCLUSIVE
    (why,) = [f.reason for f in lost.findings if f.gate == "every-operation-recorded"]
    assert "ended by SIGKILL" in why
    assert after.verdict is Verdict.PASS, after.findings
    await asyncio.sleep(0)


def _fields(one: Scenario) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
