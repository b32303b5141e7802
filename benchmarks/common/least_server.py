"""The least HTTP server there is, and a plan of reads for it: the generator is what is measured."""

from __future__ import annotations

import asyncio
import time

from squall.core.ids import lab_id
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
READ = Operation(name="read", method="GET", path="/", effect="read")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request on one connection."""
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER)
    except (asyncio.IncompleteReadError, OSError):
        writer.close()


def plan(port: int, rate: float, seconds: float) -> LoadPlan:
    """Reads at this rate, for up to 5 s more than these seconds."""
    return LoadPlan(
        base_url=f"http://127.0.0.1:{port}",
        operations=(READ,),
        rate_per_second=rate,
        arrivals="poisson",
        seed=1,
        run_id=lab_id(),
        start_at=time.monotonic() + 0.1,
        max_seconds=seconds + 5,
        timeout_seconds=2.0,
    )
