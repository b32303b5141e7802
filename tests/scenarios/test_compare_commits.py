"""``squall compare --against HEAD`` in labs: a graded mutant is worse, a commit is like itself.

The app knows nothing but its recovery: it answers 503 until the database has been back for so long.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.scenario, pytest.mark.proof, pytest.mark.timeout(900)]

USUAL_SECONDS = 0.5

APP = '''
import asyncio, os, time
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from fastapi.responses import JSONResponse

RECOVERY = {seconds}
state = {{"well": True}}


async def watch(app):
    """Every 10 ms: is the database there? After an outage wait, then serve again."""
    connection = None
    while True:
        try:
            if connection is None or connection.is_closed():
                connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=0.5)
            await asyncio.wait_for(connection.execute("SELECT 1"), 0.5)
            if not state["well"]:
                await asyncio.sleep(RECOVERY)
                await connection.execute("SELECT 1")
                state["well"] = True
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            state["well"], connection = False, None
        await asyncio.sleep(0.01)


@asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(watch(app))
    yield
    task.cancel()

app = FastAPI(lifespan=lifespan)


@app.get("/items/{{item}}")
async def read(item: int):
    if not state["well"]:
        return JSONResponse({{"title": "unavailable"}}, 503, {{"Retry-After": "1"}})
    try:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=0.5)
        try:
            return await connection.fetchval("SELECT $1::int", item)
        finally:
            await connection.close(timeout=0.5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        state["well"] = False
        return JSONResponse({{"title": "unavailable"}}, 503, {{"Retry-After": "1"}})
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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    home = tmp_path / "graded"
    home.mkdir()
    (home / "pyproject.toml").write_text(CONFIGURATION)
    (home / "graded.py").write_text(APP.format(seconds=USUAL_SECONDS))
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=home, check=True)
    return home


def compared(home: Path, seed: int) -> tuple[int, str, float]:
    begun = time.monotonic()
    words = ["compare", "--against", "HEAD", "--only", "dropped-connections", "--seed", str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", *words],
        cwd=home, capture_output=True, text=True, check=False, timeout=800,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr, time.monotonic() - begun


@pytest.mark.parametrize("longer", [1.2, 2.0], ids=["20 % longer", "100 % longer"])
def test_a_longer_recovery_is_worse(
    project: Path, longer: float, record_property: Callable[[str, object], None]
) -> None:
    (project / "graded.py").write_text(APP.format(seconds=USUAL_SECONDS * longer))
    code, told, seconds = compared(project, 1)
    record_property("seconds", round(seconds))
    assert code == 1, told
    assert re.search(r"recovery.*worse", told), told


def test_a_commit_is_like_itself(
    project: Path, record_property: Callable[[str, object], None]
) -> None:
    code, told, seconds = compared(project, 1)
    record_property("seconds", round(seconds))
    assert code in (0, 2), told
    assert not re.search(r"recovery.*(worse|better)", told), told
