"""A COPY of 1 GB and 2,000 idle connections: throughput and memory.

Figures: throughput ≥ 1.0 times Toxiproxy's with flat memory (≤ 64 MiB above idle); 2,000 idle
connections ≤ 64 MiB.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import threading
import time

from common.engines import Bench, bench, interleaved, program, resident_mib
from common.figures import record

MEGABYTES = int(os.environ.get("SQUALL_BENCH_MEGABYTES", "1000"))
IDLE = 2000
ROUNDS = 3


def copied(port: int) -> float:
    """MB a second of a COPY to nowhere."""
    query = f"COPY (SELECT repeat('x', 999) FROM generate_series(1, {MEGABYTES * 1000})) TO STDOUT"
    words = ["-h", "127.0.0.1", "-p", str(port), "-U", "app", "-d", "app", "-qc", query]
    begun = time.perf_counter()
    subprocess.run([program("psql"), *words], stdout=subprocess.DEVNULL, check=True)
    return MEGABYTES / (time.perf_counter() - begun)


class Peak:
    """The most memory that a process held while it was watched."""

    def __init__(self, pid: int) -> None:
        self.idle = self.most = resident_mib(pid)
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.most = max(self.most, resident_mib(self._pid))

    def end(self) -> float:
        self._stop.set()
        self._thread.join()
        return self.most - self.idle


def copies(side_by_side: Bench) -> None:
    ports = side_by_side.ports
    peaks = {name: Peak(pid) for name, pid in side_by_side.pids.items()}
    speed = interleaved(list(ports), lambda name: copied(ports[name]), ROUNDS)
    print(f"COPY of {MEGABYTES / 1000:g} GB, medians of {ROUNDS} turns")
    print("| way | MB/s | x Toxiproxy | memory above idle, MiB |\n|---|---:|---:|---:|")
    above = {name: peak.end() for name, peak in peaks.items()}
    for name, value in speed.items():
        ratio = f"{value / speed['toxiproxy']:.2f}" if "toxiproxy" in speed else "-"
        held = f"{above[name]:.0f}" if name in above else "-"
        print(f"| {name} | {value:,.0f} | {ratio} | {held} |")
    record("memory of a COPY above idle", above["embedded"], at_most=64, unit="MiB")
    if "toxiproxy" in speed:
        share = speed["embedded"] / speed["toxiproxy"]
        record("throughput of a COPY x Toxiproxy's", share, at_least=1.0)


async def idle(side_by_side: Bench, name: str, upstream: str) -> None:
    server, pid = side_by_side.servers[name], side_by_side.pids[name]
    port = int((await server.create("idle", upstream=upstream)).rpartition(":")[2])
    before = resident_mib(pid)
    writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(IDLE)]
    for writer in writers:
        writer.write(b"x")
    await asyncio.sleep(1)  # every byte has passed; memory is what it will be
    held = resident_mib(pid) - before
    print(f"| {name} | {held:.0f} |")
    if name == "embedded":
        record(f"{IDLE:,} idle connections", held, at_most=64, unit="MiB")
    for writer in writers:
        writer.close()


async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass
    writer.close()


async def main() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    async with bench() as side_by_side:
        await asyncio.to_thread(copies, side_by_side)
        listener = await asyncio.start_server(swallow, "127.0.0.1", 0, backlog=2048)
        port = listener.sockets[0].getsockname()[1]
        print(f"\n{IDLE:,} idle connections\n| engine | memory above idle, MiB |\n|---|---:|")
        for name in side_by_side.servers:
            await idle(side_by_side, name, f"127.0.0.1:{port}")
        listener.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


if __name__ == "__main__":
    asyncio.run(main())
