"""Whatever a server answers: each request has one record, and the generator stays small."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psutil
import pytest
from squall.core.errors import LabError
from squall.history.op import Op
from squall.workload import http_exchange
from squall.workload.generator import Workload
from squall.workload.open_loop import OpenLoop
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan, WorkloadReport

COUNT = 12
MEMORY_BYTES = 150 << 20

EXPECTED_STATUS = {
    "unknown charset": {500},
    "endless chunked body": {200},
    "gzip bomb": {200},
    "broken gzip": {200},
    "event stream without end": {200},
    "redirect to another host": {307},
    "Retry-After of 20 digits": {503},
    "Retry-After in other digits": {503},
    "problem without end": {500},
}


def plan_for(url: str, **changes: Any) -> LoadPlan:
    operation = Operation(name="x", method="GET", path="/x", effect="read")
    given: dict[str, Any] = {
        "base_url": url,
        "operations": (operation,),
        "rate_per_second": 100.0,
        "arrivals": "constant",
        "seed": 1,
        "run_id": "run",
        "start_at": time.monotonic(),
        "max_seconds": (COUNT - 0.5) / 100,
        "timeout_seconds": 1.5,
    }
    return LoadPlan(**{**given, **changes})


async def test_each_hostile_answer_has_one_record(hostile: Any, hostile_answer: str) -> None:
    ops: list[Op] = []
    async with hostile.answering(hostile.answers[hostile_answer]) as url:
        loop = OpenLoop(plan_for(url), ops.append)
        async with asyncio.timeout(20):
            await loop.run()
    assert sorted(op.id for op in ops) == list(range(COUNT))
    assert loop.offered == loop.recorded + loop.unsent
    wanted = EXPECTED_STATUS.get(hostile_answer, {None})
    assert {op.status for op in ops} == wanted, ops[0]
    assert all(op.body.isprintable() or op.body for op in ops)


async def test_an_exception_that_nobody_knew_of_is_recorded(
    hostile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(Exception):
        pass

    def broken(*_: Any) -> None:
        raise Odd

    monkeypatch.setattr(http_exchange, "_printable", broken)
    ops: list[Op] = []
    async with hostile.answering(lambda: [hostile.plain(b"200 OK")]) as url:
        await OpenLoop(plan_for(url), ops.append).run()
    assert {op.error for op in ops} == {"other: Odd"}
    assert len(ops) == COUNT


@pytest.mark.parametrize("name", ["endless chunked body", "gzip bomb", "100,000 headers"])
async def test_the_generator_stays_small(hostile: Any, name: str) -> None:
    """Fifty requests at once, each with an answer that holds megabytes or gigabytes."""
    workload, largest = Workload(), 0
    pids: list[int] = []
    async with hostile.answering(hostile.answers[name]) as url:
        pids.append(await workload.start_process())
        try:
            await workload.ready()
            await workload.start(plan_for(url, max_seconds=0.5, start_at=time.monotonic()))
            ends = time.monotonic() + 1.0
            while time.monotonic() < ends:
                largest = max(largest, psutil.Process(pids[0]).memory_info().rss)
                await asyncio.sleep(0.02)
            report = await workload.stop(time.monotonic())
        finally:
            await workload.close()
    assert report.missing == 0
    assert report.offered >= 40
    assert largest <= MEMORY_BYTES, f"{largest >> 20} MiB"


async def test_a_plan_that_cannot_be_sent_ends_the_run_with_its_reason() -> None:
    """``{int:5..1}`` has no draw: the sender fails, and the run does not wait for its end."""
    operation = Operation(name="x", method="GET", path="/{int:5..1}", effect="read")
    workload = Workload()
    await workload.start_process()
    try:
        await workload.ready()
        await workload.start(plan_for("http://127.0.0.1:1", operations=(operation,)))
        with pytest.raises(LabError, match="the workload ended early: ValueError"):
            await workload.stop(time.monotonic())
    finally:
        await workload.close()


def test_a_report_counts_what_has_no_record() -> None:
    report = WorkloadReport(ops=(), unsent=1, offered=3, lag_p99_seconds=0.0)
    assert report.missing == 2
