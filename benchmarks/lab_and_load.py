"""How long a lab takes to start, and how punctual the load generator is.

Figures: lab up in ≤ 1.5 s; 1,000 requests a second offered with p99 of the schedule lag ≤ 5 ms.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from common.figures import record
from common.least_server import answer, plan
from squall.config.profile import REFERENCE
from squall.lab.lab import lab
from squall.lab.lab_options import LabOptions
from squall.workload.generator import Workload

STARTS = 10
RATE = 1000.0
SECONDS = 5.0


async def start_seconds() -> float:
    begun = time.perf_counter()
    async with lab(LabOptions(profile=REFERENCE, seed=1)):
        return time.perf_counter() - begun


async def lag() -> tuple[int, float]:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    workload = Workload()
    await workload.start_process()
    await workload.ready()
    await workload.start(plan(port, RATE, SECONDS))
    await asyncio.sleep(SECONDS)
    report = await workload.stop(time.monotonic())
    await workload.close()
    server.close()
    return report.offered, report.lag_p99_seconds * 1000


async def main() -> None:
    times = sorted([await start_seconds() for _ in range(STARTS)])
    print(
        f"lab up, {STARTS} starts: median {statistics.median(times):.2f} s, worst {times[-1]:.2f} s"
    )
    offered, late = await lag()
    print(f"generator: {offered} requests in {SECONDS:g} s, p99 of the schedule lag {late:.1f} ms")
    record("lab up, median", statistics.median(times), at_most=1.5, unit="s")
    record("schedule lag at 1,000 requests/s, p99", late, at_most=5, unit="ms")


if __name__ == "__main__":
    asyncio.run(main())
