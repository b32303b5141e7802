"""An app with as many reads and writes as wanted, on one table or on several."""

from __future__ import annotations

from pathlib import Path

from squall.config.profile import AppProfile
from squall.history.evidence import Contract
from squall.workload.operations import Operation

APP = """
import os
from contextlib import asynccontextmanager
import asyncpg
from fastapi import FastAPI
from fastapi.responses import JSONResponse

PAIRS, TABLES = {pairs}, {tables}

@asynccontextmanager
async def lifespan(app):
    limits = {{"timeout": 1, "command_timeout": 1}}
    url = os.environ["DATABASE_URL"]
    async with asyncpg.create_pool(url, min_size=2, max_size=4, **limits) as pool:
        for number in range(TABLES):
            name = f"counters{{number}}"
            await pool.execute(f"CREATE TABLE IF NOT EXISTS {{name}} (id int PRIMARY KEY, n int)")
            await pool.execute(
                f"INSERT INTO {{name}} SELECT g, 0 FROM generate_series(0, 9) g"
                " ON CONFLICT DO NOTHING"
            )
        app.state.pool = pool
        yield

app = FastAPI(lifespan=lifespan)

@app.exception_handler(OSError)
@app.exception_handler(TimeoutError)
@app.exception_handler(asyncpg.PostgresError)
@app.exception_handler(asyncpg.InterfaceError)
async def unavailable(request, error):
    return JSONResponse({{"detail": "unavailable"}}, 503, {{"Retry-After": "1"}})

def write(number):
    async def add():
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            name = f"counters{{number % TABLES}}"
            await held.execute(f"UPDATE {{name}} SET n = n + 1 WHERE id = $1", number % 2)
        return {{"done": True}}
    return add

def read(number):
    async def total():
        name = f"counters{{number % TABLES}}"
        return {{"total": await app.state.pool.fetchval(f"SELECT sum(n) FROM {{name}}")}}
    return total

@app.get("/readyz")
async def ready():
    return {{}}

for number in range(PAIRS):
    app.post(f"/write{{number}}")(write(number))
    app.get(f"/read{{number}}")(read(number))
"""


def counters(directory: Path, *, pairs: int, tables: int) -> AppProfile:
    """The profile of an app with this many writes in a transaction, and as many reads."""
    (directory / "counters.py").write_text(APP.format(pairs=pairs, tables=tables))
    writes = [
        Operation(name=f"write{n}", method="POST", path=f"/write{n}", effect="write")
        for n in range(pairs)
    ]
    reads = [
        Operation(name=f"read{n}", method="GET", path=f"/read{n}", effect="read")
        for n in range(pairs)
    ]
    return AppProfile(
        name="counters",
        app="counters:app",
        cwd=directory,
        operations=(*writes, *reads),
        contract=Contract(deadline_seconds=3.0, error_media_type=""),
    )
