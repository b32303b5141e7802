"""Forty-three secrets, planted wherever one can stand: none is in a file, an output or /proc."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

APP = """
import os, sys
import asyncpg
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, HTTPException, Request, Response

SECRETS = [value for value in os.environ.values() if value.startswith("canary")]
SECRETS += [urlsplit(value).password for value in os.environ.values() if ":canary" in value]

@asynccontextmanager
async def lifespan(app):
    print("ERROR settings:", *SECRETS, flush=True)
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=4, max_size=4)
    yield
    await app.state.pool.close()

app = FastAPI(lifespan=lifespan)

@app.post("/login")
async def login(request: Request, response: Response):
    print("ERROR login of", parse_qs((await request.body()).decode()), flush=True)
    response.set_cookie("session", "canary31-cookie-Zk")
    response.set_cookie("csrftoken", "canary38-csrf-Zk")
    return {"access_token": "canary32-token-Zk", "user": {"api_key": "canary33-answer-Zk"},
            "keys": ["canary37-list-Zk"]}

@app.post("/second")
async def second(request: Request):
    body = await request.json()
    print("ERROR second step", body, flush=True)
    return {"more": "canary34-second-Zk"}

@app.get("/now")
async def now(request: Request):
    try:
        return {"now": str(await app.state.pool.fetchval("SELECT now()", timeout=0.2))}
    except Exception as error:
        print("Exception in ASGI application:", dict(request.headers), *SECRETS, flush=True)
        print("ERROR cookies", request.cookies, flush=True)
        raise HTTPException(500, f"{dict(request.headers)} {SECRETS}") from error

@app.get("/things/{token}")
async def thing(token: str):
    return {"at": str(await app.state.pool.fetchval("SELECT now()", timeout=0.2)), "of": token}
"""

TABLE = """
[tool.squall]
app = "leaky:app"
error_statuses = [503]
parameters = {token = "$CANARY_PARAMETER"}
seed = ["env SEED=canary35-seed-Zk true"]
setup = ["env SETUP=canary21-setup-Zk true", "true --password canary22-setup-Zk"]

[tool.squall.environment]
APP_ONE = "canary01-table-Zk"
APP_TWO = "$CANARY_ENVIRONMENT"
CACHE = "redis://:$CANARY_PART@cache/0"
LEVEL = "canary02-table-Zk"
QUOTES = 'canary03-"table"-<Zk>&'
DATABASE_REPLICA = "postgresql://u:canary04-table-Zk@db/x"

[tool.squall.headers]
X-Table = "canary11-header-Zk"
Cookie = "one=canary17-first-Zk; two=canary18-second-Zk"
X-From-Variable = "Key $CANARY_HEADER"

[[tool.squall.login]]
path = "/login"
form = {username = "canary23-user-Zk", password = "$CANARY_PASSWORD"}
header = {Authorization = "Bearer {access_token}", X-Api = "{user.api_key}"}

[[tool.squall.login]]
path = "/second"
json = {code = "canary24-json-Zk", nested = {deep = ["canary25-json-Zk"]}}

[[tool.squall.login]]
basic = {username = "canary26-basic-Zk", password = "canary27-basic-Zk"}
"""

VARIABLES = {
    "CANARY_HEADER": "canary12-variable-Zk",
    "CANARY_PASSWORD": "canary13-variable-Zk",
    "CANARY_ENVIRONMENT": "canary14-variable-Zk",
    "CANARY_PART": "canary15-variable-Zk",
    "CANARY_PARAMETER": "canary16-variable-Zk",
}
PLANTED = 40
CANARY = re.compile(r"canary\d[\w-]*")


def argument_canaries() -> list[str]:
    words = []
    for number in range(6):
        words += ["--env", f"NAME{number}=canary4{number}-env-Zk"]
        words += ["--header", f"X-{number}: canary5{number}-header-Zk"]
        words += ["--setup", f"env A{number}=canary6{number}-setup-Zk true"]
    return words


def command_lines(process: psutil.Process) -> set[str]:
    """Of the command's children: its own arguments are the user's."""
    found = set()
    for child in process.children(recursive=True):
        try:
            found.add(" ".join(child.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.mark.scenario
def test_no_canary_is_written_anywhere(tmp_path: Path) -> None:
    (tmp_path / "leaky.py").write_text(APP)
    (tmp_path / "pyproject.toml").write_text(TABLE)
    command = [
        sys.executable, "-m", "squall.cli", "check", "--only", "database-crash-restart",
        "--seed", "3", "--verbose", *argument_canaries(),
    ]  # fmt: skip
    started = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, **VARIABLES}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    seen: set[str] = set()
    ends = time.monotonic() + 100
    while started.poll() is None and time.monotonic() < ends:
        seen |= command_lines(psutil.Process(started.pid)) if started.poll() is None else set()
        time.sleep(0.05)
    said, _ = started.communicate(timeout=20)
    files = {path: path.read_text(errors="replace") for path in tmp_path.rglob("*")
             if path.is_file() and ".squall" in path.parts}  # fmt: skip
    assert {"report.html", "junit.xml", "run.json", "history.jsonl", "app.log"} <= {
        path.name for path in files
    }, said
    assert started.returncode == 1, "the app answers 500 with its secrets in it: " + said
    assert "[secret]" in "".join(files.values()), "nothing was hidden, so nothing was tested"
    texts = {**{str(path): text for path, text in files.items()}, "terminal": said}
    found = {name: planted[0] for name, text in texts.items() if (planted := CANARY.search(text))}
    assert found == {}
    # A set-up command is the user's own; everything else hands secrets on in other ways.
    own = {line for line in seen if CANARY.search(line) and "-setup-" not in line}
    own = {line for line in own if "-seed-" not in line}
    assert own == set()


def test_there_are_at_least_forty() -> None:
    texts = [APP, TABLE, *VARIABLES.values(), *argument_canaries()]
    planted = len(set(re.findall(r"canary\d+-", " ".join(texts))))
    print(f"{planted} canaries")  # noqa: T201 - the note
    assert planted >= PLANTED
