"""Steady reads: the reference app beside a bare SQLAlchemy pool, turn by turn in one run.

The bare app does what a tutorial does: an engine, a connection per request, one SELECT. It has no
deadline, no breaker, no metrics and no logs. Figure: ≥ 0.9 times its throughput.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from common.figures import MISSED, record
from squall.lab.providers.process.app_process import AppProcess
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog

CONNECTIONS = 20
TURN_SECONDS = float(os.environ.get("SQUALL_BENCH_SECONDS", "1.5"))
TURNS = 6
FIGURE = 0.9
REQUEST = b"GET /items/%d HTTP/1.1\r\nHost: bench\r\n\r\n"

BARE = """
import os
from contextlib import asynccontextmanager
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:"),
    pool_size=20, max_overflow=0, connect_args={"ssl": False},
)

class Item(BaseModel):
    id: int
    name: str
    stock: int

@asynccontextmanager
async def lifespan(app):
    yield
    await engine.dispose()

app = FastAPI(lifespan=lifespan)

@app.get("/readyz")
async def readyz():
    return {}

@app.get("/items/{number}")
async def item(number: int) -> Item:
    async with engine.connect() as connection:
        query = text("SELECT id, name, stock FROM items WHERE id = :id")
        row = (await connection.execute(query, {"id": number})).one()
        return Item(id=row.id, name=row.name, stock=row.stock)
"""


async def caller(port: int, ends: float) -> int:
    """Requests answered with 200 until ``ends``, one after another on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.monotonic() < ends:
        writer.write(REQUEST % (count % 100 + 1))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"port {port} answered {head!r}")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        count += 1
    writer.close()
    return count


async def turn(port: int) -> float:
    """Requests per second of one turn."""
    began = time.monotonic()
    ends = began + TURN_SECONDS
    counts = await asyncio.gather(*(caller(port, ends) for _ in range(CONNECTIONS)))
    return sum(counts) / (time.monotonic() - began)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[AppProcess, AppProcess]]:
    """PostgreSQL, the reference app and the bare one."""
    keeper = Watchdog()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)  # noqa: ASYNC240 - nothing else runs; PostgreSQL does not run as root
        keeper.watch_directory(directory)
        (directory / "bare.py").write_text(BARE)
        database = PostgresProcess(directory, keeper)
        await database.start()
        apps = []
        for target, factory in (("squall_reference.main:create_app", True), ("bare:app", False)):
            app = AppProcess(
                directory,
                keeper,
                target,
                factory=factory,
                environment={"DATABASE_URL": database.url},
                cwd=directory,
                ready_path="/readyz",
            )
            await app.start()
            apps.append(app)
        try:
            yield apps[0], apps[1]
        finally:
            for app in apps:
                await app.close()
            await database.close()
            await keeper.close()


async def main() -> int:
    """Print the table; 10 when the figure does not hold."""
    async with running() as (reference, bare):
        for app in (reference, bare):
            await turn(app.port)  # warm
        pairs = []
        for number in range(TURNS):
            order = (reference, bare) if number % 2 else (bare, reference)
            rates = {app.port: await turn(app.port) for app in order}
            pairs.append((rates[reference.port], rates[bare.port]))
    ratios = [ours / theirs for ours, theirs in pairs]
    ratio = statistics.median(ratios)
    print(f"steady reads, {CONNECTIONS} callers, {TURNS} turns of {TURN_SECONDS} s each")
    print(f"  reference  {statistics.median(a for a, _ in pairs):8.0f} requests/s (median)")
    print(f"  bare pool  {statistics.median(b for _, b in pairs):8.0f} requests/s (median)")
    print(f"  ratio      {ratio:8.2f} (median; {min(ratios):.2f} to {max(ratios):.2f})")
    print(f"  figure     {FIGURE:8.2f} {'holds' if ratio >= FIGURE else 'DOES NOT HOLD'}")
    return 0 if record("steady reads x the bare pool's", ratio, at_least=FIGURE).met else MISSED


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
