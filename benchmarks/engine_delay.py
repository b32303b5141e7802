"""How exact an injected delay of 50 ms is, and how long a toxic takes to come and go.

Figures: error of the delay p99 ≤ 1 ms on an idle machine and not above Toxiproxy's; a toxic is
added or removed within 5 ms.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from common.engines import Bench, bench
from common.figures import record

DELAY_MS = 50
ROUND_TRIPS = 150
CHANGES = 50


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
    writer.close()


async def late_ms(port: int, count: int) -> list[float]:
    """Round trips of 8 bytes, each with its time in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seen = []
    for _ in range(count):
        begun = time.perf_counter()
        writer.write(b"12345678")
        await reader.readexactly(8)
        seen.append((time.perf_counter() - begun) * 1000)
    writer.close()
    return seen


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


async def measured(side_by_side: Bench, name: str, upstream: str) -> None:
    server = side_by_side.servers[name]
    port = int((await server.create("delay", upstream=upstream)).rpartition(":")[2])
    plain = statistics.median(await late_ms(port, ROUND_TRIPS))
    toxic = {"name": "late", "type": "latency", "attributes": {"latency": DELAY_MS}}
    await server.post("/proxies/delay/toxics", toxic)
    errors = [took - plain - DELAY_MS for took in await late_ms(port, ROUND_TRIPS)]
    await server.delete("/proxies/delay/toxics/late")
    changes = []
    for _ in range(CHANGES):
        begun = time.perf_counter()
        await server.post("/proxies/delay/toxics", toxic)
        await server.delete("/proxies/delay/toxics/late")
        changes.append((time.perf_counter() - begun) * 1000 / 2)
    middle = statistics.median(changes)
    if name == "embedded":
        late = p99([abs(one) for one in errors])
        record("error of a delay of 50 ms, p99", late, at_most=1, unit="ms")
        record("a toxic is added or removed, p99", p99(changes), at_most=5, unit="ms")
    print(
        f"| {name} | {statistics.median(errors):+.2f} | {p99([abs(e) for e in errors]):.2f}"
        f" | {middle:.1f} | {p99(changes):.1f} |"
    )


async def main() -> None:
    listener = await asyncio.start_server(echo, "127.0.0.1", 0)
    host, port = listener.sockets[0].getsockname()[:2]
    print("| engine | error of the delay, median ms | p99 ms | add or remove, median ms | p99 ms |")
    print("|---|---:|---:|---:|---:|")
    async with bench() as side_by_side:
        for name in side_by_side.servers:
            await measured(side_by_side, name, f"{host}:{port}")
    listener.close()


if __name__ == "__main__":
    asyncio.run(main())
