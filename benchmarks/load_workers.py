"""What a planned request costs of the processor: one generator, and Locust's master and workers.

The server is the least there is. SQUALL_BENCH_RATE says how many requests a second (1000), and
SQUALL_BENCH_WORKERS how many workers (3). Aim: at most 1,000 µs.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import time
from collections.abc import Mapping

import psutil
from common.figures import record
from common.least_server import answer, plan
from common.missing import skip
from squall.lab.endpoint import free_port
from squall.workload.generator import Workload
from squall.workload.load_workers import EXTRA, LoadWorkers

RATE = float(os.environ.get("SQUALL_BENCH_RATE", "1000"))
WORKERS = int(os.environ.get("SQUALL_BENCH_WORKERS", "3"))
SECONDS = 6.0


def part_of(process: psutil.Process) -> str:
    words = process.cmdline()
    return next((word for word in ("master", "worker") if word in words), "generator")


def spent(processes: list[psutil.Process]) -> dict[str, float]:
    seconds = dict.fromkeys(map(part_of, processes), 0.0)
    for process in processes:
        seconds[part_of(process)] += sum(process.cpu_times()[:2])
    return seconds


async def cost(workload: Workload, port: int) -> Mapping[str, float]:
    """Microseconds of each part for each request."""
    root = psutil.Process(await workload.start_process())
    await workload.ready()
    processes = [root, *root.children(recursive=True)]
    before = spent(processes)
    await workload.start(plan(port, RATE, SECONDS))
    await asyncio.sleep(SECONDS)
    report = await workload.stop(time.monotonic())
    after = spent(processes)
    await workload.close()
    late = report.lag_p99_seconds * 1000
    print(
        f"  {len(report.ops)} of {report.offered} requests, p99 of the schedule lag {late:.1f} ms"
    )
    return {name: (after[name] - before[name]) / report.offered * 1e6 for name in after}


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    workers = LoadWorkers(local=WORKERS)
    ways = {"one generator": Workload()}
    if importlib.util.find_spec("locust") is not None:
        ways[f"{WORKERS} workers"] = Workload(workers.master(free_port()), ready_seconds=60)
    for name, workload in ways.items():
        seen = await cost(workload, port)
        shown = ", ".join(f"{part} {value:.0f}" for part, value in seen.items())
        print(f"{name}: µs of processor time for each request: {shown}; {sum(seen.values()):.0f}")
        record(f"processor time of a request, {name}", sum(seen.values()), at_most=1000, unit="µs")
    server.close()
    if len(ways) == 1:
        skip("locust", f"only one generator was measured: {EXTRA}")


if __name__ == "__main__":
    asyncio.run(main())
