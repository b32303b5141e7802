"""Recovery of the reference app, speed of its refusals, and the size of its pool under callers.

crash     SIGKILL of the whole server, restart: from the first session that it accepts
          to the first order that is placed                                      p95 ≤ 150 ms
heal      nobody listens for half a second: from the heal to the first order     p95 ≤ 100 ms
refusal   answers to orders while the outage is known                            p95 ≤  20 ms
callers   50 at once: sessions at the server                                     ≤ the pool + 1
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from common.figures import MISSED, record
from squall.lab.providers.process.app_process import AppProcess
from squall.lab.providers.process.engine_process import EngineProcess
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults.toxiproxy import ToxiproxyServer

REPEATS = int(os.environ.get("SQUALL_BENCH_REPEATS", "20"))
CALLERS = 50
POOL = 20
KNOWN_SECONDS = 0.75
"""After this time without an answer the app knows of the outage."""

PAUSE_SECONDS = 0.002
NUMBERS = itertools.count()


class Caller:
    """One connection to the app, replaced when it is lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def order(self) -> int:
        """The status of the answer to a new order."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        body = json.dumps({"item_id": 1, "quantity": 1}).encode()
        key = f"bench-{os.getpid()}-{next(NUMBERS)}"
        head = (
            f"POST /orders HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        return int(answer.split(b" ")[1])

    async def until_placed(self) -> float:
        """Milliseconds until an order is placed."""
        began = time.monotonic()
        while await self.order() != 201:  # noqa: ASYNC110, PLR2004 - the app's condition; Created
            await asyncio.sleep(PAUSE_SECONDS)
        return (time.monotonic() - began) * 1000

    async def refusals(self, seconds: float) -> list[float]:
        """Milliseconds of each refusal during ``seconds``."""
        took, ends = [], time.monotonic() + seconds
        while time.monotonic() < ends:
            began = time.monotonic()
            if await self.order() == 503:  # noqa: PLR2004 - Service Unavailable
                took.append((time.monotonic() - began) * 1000)
            await asyncio.sleep(PAUSE_SECONDS)
        return took


def p95(values: Sequence[float]) -> float:
    """The smallest value that 95 % do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


@asynccontextmanager
async def running() -> AsyncIterator[tuple[PostgresProcess, ToxiproxyServer, AppProcess]]:
    """PostgreSQL, a proxy before it, and the app."""
    keeper = Watchdog()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)  # noqa: ASYNC240 - nothing else runs; PostgreSQL is not root
        keeper.watch_directory(directory)
        database, engine = PostgresProcess(directory, keeper), EngineProcess(directory, keeper)
        await asyncio.gather(database.start(), engine.start(0))
        server = ToxiproxyServer(engine.api.host, engine.api.port)
        listen = await server.create("postgres", upstream=f"127.0.0.1:{database.port}")
        url = database.url.replace(f":{database.port}/", f":{listen.rpartition(':')[2]}/")
        app = AppProcess(
            directory,
            keeper,
            "squall_reference.main:create_app",
            factory=True,
            environment={"DATABASE_URL": url, "ORDERS_POOL_SIZE": str(POOL)},
            cwd=None,
            ready_path="/readyz",
        )
        await app.start()
        try:
            yield database, server, app
        finally:
            await app.close()
            await engine.close()
            await database.close()
            await keeper.close()


async def crashes(database: PostgresProcess, caller: Caller) -> list[float]:
    """Milliseconds of recovery after each crash."""
    took = []
    for _ in range(REPEATS):
        await caller.until_placed()
        asking = asyncio.create_task(caller.refusals(0.3))
        await database.kill()
        await asking
        await database.start()
        took.append(await caller.until_placed())
    return took


async def heals(server: ToxiproxyServer, caller: Caller) -> tuple[list[float], list[float]]:
    """Milliseconds of recovery after each heal, and of each refusal in a known outage."""
    took, refused = [], []
    for _ in range(REPEATS):
        await caller.until_placed()
        await server.post("/proxies/postgres", {"enabled": False})
        await caller.refusals(KNOWN_SECONDS)
        refused += await caller.refusals(0.25)
        await server.post("/proxies/postgres", {"enabled": True})
        took.append(await caller.until_placed())
    return took, refused


async def most_sessions(database: PostgresProcess, port: int) -> int:
    """The largest number of sessions that the server saw while all callers ordered."""
    most, ends = 0, time.monotonic() + 1.5

    async def ordering() -> None:
        caller = Caller(port)
        while time.monotonic() < ends:
            await caller.order()

    group = [asyncio.create_task(ordering()) for _ in range(CALLERS)]
    while time.monotonic() < ends:
        most = max(most, await database.client_backends())
    await asyncio.gather(*group)
    return most


async def main() -> int:
    """Print the table; 10 when a figure does not hold."""
    async with running() as (database, server, app):
        caller = Caller(app.port)
        sessions = await most_sessions(database, app.port)
        healed, refused = await heals(server, caller)
        crashed = await crashes(database, caller)
    rows = [
        ("crash restart, p95 ms", p95(crashed), 150.0, len(crashed)),
        ("network heal, p95 ms", p95(healed), 100.0, len(healed)),
        ("refusal, p95 ms", p95(refused), 20.0, len(refused)),
        (f"sessions of {CALLERS} callers", float(sessions), POOL + 1.0, CALLERS),
    ]
    for name, value, figure, count in rows:
        verdict = "holds" if value <= figure else "DOES NOT HOLD"
        print(f"  {name:28} {value:8.1f}   figure {figure:6.1f}   n {count:5}   {verdict}")
    met = [record(name, value, at_most=figure).met for name, value, figure, _ in rows]
    return 0 if all(met) else MISSED


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
