"""A graded mutant: an app that knows nothing but its recovery, which takes a given time.

After an outage it answers 503 until the database has answered without a break for so long. So the
recovery that is measured does not depend on the moment at which the app noticed the outage.
"""

from __future__ import annotations

from pathlib import Path

USUAL_SECONDS = 0.5

APP = '''
import asyncio, os, time
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from fastapi.responses import JSONResponse

RECOVERY = {seconds}
FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
state = {{"well": True}}


async def watch(app):
    """Every 10 ms: is the database there? After an outage wait, then serve again."""
    connection, since = None, None
    while True:
        try:
            if connection is None or connection.is_closed():
                connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=0.5)
            await asyncio.wait_for(connection.execute("SELECT 1"), 0.5)
            since = since or time.monotonic()
            state["well"] = state["well"] or time.monotonic() - since >= RECOVERY
        except FAILURES:
            state["well"], connection, since = False, None, None
        await asyncio.sleep(0.01)


@asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(watch(app))
    yield
    task.cancel()

app = FastAPI(lifespan=lifespan)


def unavailable():
    return JSONResponse({{"title": "unavailable"}}, 503, {{"Retry-After": "1"}})


@app.get("/items/{{item}}")
async def read(item: int):
    if not state["well"]:
        return unavailable()
    try:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=0.5)
        try:
            return await connection.fetchval("SELECT $1::int", item)
        finally:
            await connection.close(timeout=0.5)
    except FAILURES:
        state["well"] = False
        return unavailable()
'''

CONFIGURATION = """
[tool.squall]
app = "graded:app"

[[tool.squall.operations]]
name = "read-item"
method = "GET"
path = "/items/{int:1..90}"
effect = "read"
"""


def write_project(home: Path, *, longer: float = 1.0) -> Path:
    """A project whose app recovers this many times as slowly as usual. Returns its directory."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "pyproject.toml").write_text(CONFIGURATION)
    (home / "graded.py").write_text(APP.format(seconds=USUAL_SECONDS * longer))
    return home
