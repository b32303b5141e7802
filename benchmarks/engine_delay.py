"""How exact an injected delay of 50 ms is, and how long a toxic takes to come and go.

Figures: error of the delay p99 ≤ 1 ms on an idle machine and not above Toxiproxy's; a toxic is
added or removed within 5 ms. Medians of SQUALL_BENCH_ROUNDS turns (5); in each turn one engine
after the other.
"""

from __future__ import annotations

import asyncio
import dataclasses
import statistics
import time
from dataclasses import dataclass

from common.engines import ROUNDS, Bench, bench
from common.figures import p99, record
from squall_faults.toxiproxy import ToxiproxyServer

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


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of one engine took, in milliseconds."""

    error: float
    error_p99: float
    change: float
    change_p99: float


async def measured(server: ToxiproxyServer, port: int) -> Turn:
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
    return Turn(
        statistics.median(errors),
        p99([abs(error) for error in errors]),
        statistics.median(changes),
        p99(changes),
    )


async def turns(side_by_side: Bench, upstream: str) -> dict[str, list[Turn]]:
    ports = {
        name: int((await server.create("delay", upstream=upstream)).rpartition(":")[2])
        for name, server in side_by_side.servers.items()
    }
    seen: dict[str, list[Turn]] = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            seen[name].append(await measured(side_by_side.servers[name], port))
    return seen


def table(seen: dict[str, list[Turn]]) -> None:
    print("| engine | error of the delay, median ms | p99 ms | add or remove, median ms | p99 ms |")
    print("|---|---:|---:|---:|---:|")
    middle = {}
    for name, of_engine in seen.items():
        columns = zip(*(dataclasses.astuple(turn) for turn in of_engine), strict=True)
        middle[name] = Turn(*(statistics.median(column) for column in columns))
        turn = middle[name]
        print(
            f"| {name} | {turn.error:+.2f} | {turn.error_p99:.2f}"
            f" | {turn.change:.1f} | {turn.change_p99:.1f} |"
        )
    ours = middle["embedded"]
    record("error of a delay of 50 ms, p99", ours.error_p99, at_most=1, unit="ms")
    if "toxiproxy" in middle:
        share = ours.error_p99 / middle["toxiproxy"].error_p99
        record("error of a delay, p99 x Toxiproxy's", share, at_most=1)
    record("a toxic is added or removed, p99", ours.change_p99, at_most=5, unit="ms")


async def main() -> None:
    listener = await asyncio.start_server(echo, "127.0.0.1", 0)
    host, port = listener.sockets[0].getsockname()[:2]
    async with bench() as side_by_side:
        table(await turns(side_by_side, f"{host}:{port}"))
    listener.close()


if __name__ == "__main__":
    asyncio.run(main())
