"""How long one busy proxy keeps the API and its neighbours waiting, side by side with Toxiproxy.

Figures: with any load on one proxy an answer of the API takes ≤ 25 ms and a neighbour's echo of one
byte ≤ 10 ms, both p99, on a machine with a free core.

SQUALL_BENCH_SECONDS says how long each load is watched (3).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from common.engines import bench
from common.figures import p99, record
from squall_faults.toxiproxy import ToxiproxyServer

SECONDS = float(os.environ.get("SQUALL_BENCH_SECONDS", "3"))
MIB = bytes(1024 * 1024)
SYNC = struct.pack(">ci", b"S", 4)
STARTUP = struct.pack(">ii", 14, 3 << 16) + b"user\0\0"
READY = struct.pack(">cic", b"Z", 5, b"I")
CONNECTIONS = 1000
PROXIES = 300

Load = Callable[["Side"], Coroutine[Any, Any, None]]


class Side:
    """One engine, with an echo behind a neighbour and a silent sink behind the busy proxy."""

    def __init__(self, name: str, server: ToxiproxyServer, echo: str, sink: str) -> None:
        self.name, self.server, self.echo, self.sink = name, server, echo, sink

    async def proxy(self, name: str, upstream: str, **more: object) -> int:
        body = {"name": name, "listen": "127.0.0.1:0", "upstream": upstream, **more}
        return int((await self.server.post("/proxies", body))["listen"].rpartition(":")[2])

    async def toxic(self, proxy: str, kind: str, **attributes: int) -> None:
        body = {"name": kind, "type": kind, "stream": "upstream", "attributes": attributes}
        await self.server.post(f"/proxies/{proxy}/toxics", body)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        if data.startswith(STARTUP[:8]):
            writer.write(READY)
    writer.close()


async def _send(port: int, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError, asyncio.CancelledError):
        while True:
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
    del reader


async def sliced(side: Side, average: int) -> None:
    port = await side.proxy("busy", side.sink)
    await side.toxic("busy", "slicer", average_size=average, size_variation=0, delay=0)
    await _send(port, MIB)


async def many_messages(side: Side) -> None:
    """A PostgreSQL client that sends as many of the smallest messages as fit."""
    port = await side.proxy("busy", side.sink, protocol="postgresql")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(STARTUP)
    await reader.readexactly(6)
    with contextlib.suppress(ConnectionError, asyncio.CancelledError):
        while True:
            writer.write(SYNC * 50_000)
            await writer.drain()
    writer.transport.abort()


async def flipped(side: Side) -> None:
    """A toxic comes and goes on a thousand connections."""
    port = await side.proxy("busy", side.sink)
    ends = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    while ends:
        await side.toxic("busy", "latency", latency=10)
        await side.server.delete("/proxies/busy/toxics/latency")


async def populated(side: Side) -> None:
    upstream = side.sink
    body = [
        {"name": f"p{n}", "listen": f"127.0.0.1:{20_000 + n}", "upstream": upstream}
        for n in range(PROXIES)
    ]
    while True:
        await side.server.post("/populate", body)
        body[0]["upstream"] = side.echo if body[0]["upstream"] == upstream else upstream


async def watched(side: Side, port: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each echo and of each answer of the API."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    echoes: list[float] = []
    answers: list[float] = []
    ends = time.perf_counter() + SECONDS
    async with aiohttp.ClientSession() as session:
        while time.perf_counter() < ends:
            begun = time.perf_counter()
            writer.write(b"x")
            await reader.readexactly(1)
            echoes.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            async with session.get(f"http://{side.server.address}/version") as answer:
                await answer.read()
            answers.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(0.002)
    writer.close()
    return echoes, answers


@asynccontextmanager
async def busy(side: Side, words: str) -> AsyncIterator[None]:
    """The load runs in a process of its own, with its own sink: it must not slow the watch."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, words, side.name, side.server.address, side.echo
    )
    await asyncio.sleep(1.5)
    try:
        if process.returncode is not None:
            raise SystemExit(f"the load {words!r} ended by itself")
        yield
    finally:
        process.terminate()
        await process.wait()
        for name in await side.server.get("/proxies"):
            if name != "neighbour":
                await side.server.remove(name)


async def under_load(words: str, name: str, address: str, echoes: str) -> None:
    """The other process."""
    sink = await asyncio.start_server(swallow, "127.0.0.1", 0)
    host, _, port = address.rpartition(":")
    upstream = f"127.0.0.1:{sink.sockets[0].getsockname()[1]}"
    await LOADS[words](Side(name, ToxiproxyServer(host, int(port)), echoes, upstream))


LOADS: dict[str, Load] = {
    "nothing": lambda _: asyncio.sleep(3600),
    "slicer of average 1": lambda side: sliced(side, 1),
    "slicer of average 20": lambda side: sliced(side, 20),
    "a toxic flips on 1000 connections": flipped,
    "populate of 300 proxies": populated,
    "messages of 5 bytes under rules": many_messages,
}


async def main() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    upstream = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print("| load on another proxy | engine | echo p99 ms | worst | API p99 ms | worst |")
    print("|---|---|---:|---:|---:|---:|")
    async with bench() as side_by_side:
        for name, api in side_by_side.servers.items():
            side = Side(name, api, upstream, upstream)
            port = await side.proxy("neighbour", side.echo)
            for words in LOADS:
                async with busy(side, words):
                    echoes, answers = await watched(side, port)
                if name == "embedded":
                    record(f"echo beside {words}, p99", p99(echoes), at_most=10, unit="ms")
                    record(f"API beside {words}, p99", p99(answers), at_most=25, unit="ms")
                print(
                    f"| {words} | {name} | {p99(echoes):.1f} | {max(echoes):.1f}"
                    f" | {p99(answers):.1f} | {max(answers):.1f} |"
                )


if __name__ == "__main__":
    asyncio.run(under_load(*sys.argv[1:]) if len(sys.argv) > 1 else main())
