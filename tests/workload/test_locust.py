"""One master and three workers of Locust send one plan; a worker that is killed is missed."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psutil
import pytest
from squall.core.ids import lab_id
from squall.lab.endpoint import free_port
from squall.workload.generator import Workload
from squall.workload.load_workers import EXTRA, LoadWorkers
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan, WorkloadReport

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
READ = Operation(name="read", method="GET", path="/items/{int:1-90}", effect="read")
SECONDS = 1.5


@asynccontextmanager
async def listening() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def sent(workload: Workload, port: int, *, victim: int | None = None) -> WorkloadReport:
    plan = LoadPlan(
        base_url=f"http://127.0.0.1:{port}", operations=(READ,), rate_per_second=60.0,
        arrivals="constant", seed=1, run_id=lab_id(), start_at=time.monotonic() + 0.2,
        max_seconds=30.0, timeout_seconds=2.0,
    )  # fmt: skip
    await workload.start(plan)
    await asyncio.sleep(SECONDS)
    if victim is not None:
        psutil.Process(victim).kill()
    await asyncio.sleep(SECONDS)
    return await workload.stop(time.monotonic())


def workers(master: int) -> list[int]:
    children = psutil.Process(master).children()
    return [one.pid for one in children if "worker" in one.cmdline()]


@pytest.mark.timeout(240)
async def test_three_workers_send_the_plan_and_a_killed_one_is_missed(
    need: Callable[[str, str], None],
) -> None:
    if importlib.util.find_spec("locust") is None:
        need("locust", EXTRA)
    workload = Workload(LoadWorkers(local=3).master(free_port()), ready_seconds=90)
    master = await workload.start_process()
    try:
        async with listening() as port:
            await workload.ready()
            first = workers(master)
            report = await sent(workload, port)
            assert (report.missing, report.lost, report.unsent) == (0, [], 0)
            ids = {op.id for op in report.ops}
            assert len(ids) == len(report.ops)
            due = 60 * (2 * SECONDS - 0.5)
            assert ids >= set(range(int(due)))
            assert {number % 3 for number in ids} == {0, 1, 2}

            lost = await sent(workload, port, victim=first[0])
            assert lost.missing > 0
            assert lost.lost[0].startswith(f"worker {first[0]} on ")
            assert lost.lost[0].endswith("ended by SIGKILL")

            whole = await sent(workload, port)
            assert (whole.missing, whole.lost) == (0, [])
            assert len(workers(master)) == 3
    finally:
        await workload.close()
