"""The generator's process: plans in, operations out, and an end for certain."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import psutil
import pytest
from squall.core.errors import LabError
from squall.history.op import Outcome
from squall.workload.generator import Workload


@pytest.fixture
async def workload() -> AsyncIterator[Workload]:
    generator = Workload()
    await generator.start_process()
    yield generator
    await generator.close()


async def until(condition: Any, seconds: float = 10.0) -> None:
    """Wait for a condition, bounded."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the world outside sets no event
            await asyncio.sleep(0.005)


async def test_a_plan_goes_in_and_its_operations_come_out(http: Any, workload: Workload) -> None:
    async with http.listening() as server:
        await workload.ready()
        start_at = time.monotonic() + 0.05
        await workload.start(replace(http.plan, base_url=server.url, start_at=start_at))
        await until(lambda: len(workload.ops) >= 10)
        report = await workload.stop(time.monotonic())
    assert report.offered == len(report.ops) == len(server.requests)
    assert list(report.ops) == workload.ops
    assert report.unsent == 0
    assert {op.outcome for op in report.ops} == {Outcome.APPLIED}
    assert all(op.intended >= start_at for op in report.ops)
    assert 0 <= report.lag_p99_seconds < 1


async def test_operations_are_heard_of_while_the_run_goes_on(http: Any, workload: Workload) -> None:
    async with http.listening() as server:
        plan = replace(http.plan, base_url=server.url, start_at=time.monotonic())
        await workload.start(plan)
        await until(lambda: workload.ops)
        assert workload._ended is not None
        assert not workload._ended.done()
        await workload.stop(time.monotonic())


async def test_one_process_serves_one_run_after_the_other(http: Any, workload: Workload) -> None:
    async with http.listening() as server:
        for run_id in ("first", "second"):
            plan = replace(
                http.plan, base_url=server.url, start_at=time.monotonic(), run_id=run_id,
                operations=(replace(http.read, effect="write"),),
            )  # fmt: skip
            await workload.start(plan)
            await until(lambda: workload.ops)
            report = await workload.stop(time.monotonic())
            assert {str(op.key).partition("-")[0] for op in report.ops} == {run_id}
            assert report.ops[0].id == 0


async def test_what_is_under_way_at_the_stop_is_waited_for(http: Any, workload: Workload) -> None:
    async with http.listening(lambda _: "silence") as server:
        plan = replace(
            http.plan, base_url=server.url, start_at=time.monotonic(), timeout_seconds=0.3
        )
        await workload.start(plan)
        await asyncio.wait_for(server.arrived.wait(), 10)
        report = await workload.stop(time.monotonic())
    assert report.offered == len(report.ops) > 0
    assert {op.error for op in report.ops} == {"timeout"}


async def test_a_process_that_dies_during_a_run_is_an_error_and_not_a_short_history(
    http: Any, workload: Workload
) -> None:
    async with http.listening() as server:
        await workload.start(replace(http.plan, base_url=server.url, start_at=time.monotonic()))
        await until(lambda: workload.ops)
        assert workload._process is not None
        workload._process.kill()
        await until(lambda: workload._ended is not None and workload._ended.done())
        with pytest.raises(LabError, match="the workload process died"):
            await workload.stop(time.monotonic())


async def test_a_workload_that_was_not_started_says_so() -> None:
    with pytest.raises(LabError, match="was not started"):
        await Workload().stop(0.0)
    await Workload().close()


async def test_the_process_is_gone_after_the_close() -> None:
    generator = Workload()
    pids: list[int] = []
    pids.append(await generator.start_process())
    await generator.ready()
    assert psutil.pid_exists(pids[0])
    await generator.close()
    assert not psutil.pid_exists(pids[0])


async def spawned() -> asyncio.subprocess.Process:
    """The process as the harness starts it, spoken to by hand."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "squall.workload",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert json.loads(await process.stdout.readline()) == {"ready": True}
    return process


async def test_the_process_ends_with_its_harness() -> None:
    process = await spawned()
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_the_process_ends_with_its_harness_in_the_middle_of_a_run(http: Any) -> None:
    """Also while callers still wait: nobody is left to hear of their answers."""
    async with http.listening(lambda _: "silence") as server:
        process = await spawned()
        assert process.stdin is not None
        plan = replace(
            http.plan, base_url=server.url, start_at=time.monotonic(), timeout_seconds=60.0
        )
        process.stdin.write(json.dumps({"run": plan.to_dict()}).encode() + b"\n")
        await asyncio.wait_for(server.arrived.wait(), 10)
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 3) == 0


async def test_the_process_leaves_an_interruption_to_the_harness() -> None:
    """Ctrl-C reaches every process of a terminal: the generator must live to report its run."""
    process = await spawned()
    assert process.stdin is not None
    assert process.stdout is not None
    process.send_signal(2)
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0
