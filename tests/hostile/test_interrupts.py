"""Ctrl-C in each phase of a check: one line, exit code 130, nothing left, verdicts kept.

A phase is recognized by what the log says when it begins. Ctrl-C of a terminal reaches the whole
process group, and so does the signal here.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.scenario, pytest.mark.proof, pytest.mark.timeout(300)]

SECONDS = 60.0
END_SECONDS = 20.0
"""From Ctrl-C to the end of the command, also while a fault is in force."""

SHOP = """
import os, time
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    address = os.environ["DATABASE_URL"]
    app.state.pool = await asyncpg.create_pool(address, min_size=2, max_size=4, timeout=1)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/numbers")
async def numbers() -> list[int]:
    return [row[0] for row in await app.state.pool.fetch("SELECT generate_series(1, 3)", timeout=1)]
"""

SETUP = "python -c 'import time; time.sleep(60)'"

PHASES = {
    "set-up": "setup: running ...",
    "lab start": "PostgreSQL: starting ...",
    "app start": "app: starting ...",
    "discovery": "app: discovering its operations ...",
    "steady state": "RunStarted ",
    "fault": "FaultInjected ",
    "last answers": "waiting for the last answers ...",
    "report": "RunEnded ",
}
ONE_LINE = re.compile(r"^squall: interrupted; [^\n]+$", re.MULTILINE)


@dataclass
class Check:
    """A running ``squall check`` whose log is read line by line."""

    home: Path
    process: subprocess.Popen[str]
    lines: queue.Queue[str]
    reader: threading.Thread
    said: list[str] = field(default_factory=list)

    def until(self, words: str) -> None:
        """Read the log until a line has these words."""
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            try:
                self.said.append(self.lines.get(timeout=1.0))
            except queue.Empty:
                continue
            if words in self.said[-1]:
                return
            assert self.process.poll() is None or not self.lines.empty(), "".join(self.said)
        pytest.fail(f"{words!r} was not logged:\n" + "".join(self.said))

    def interrupt(self) -> tuple[float, str]:
        """Press Ctrl-C; how long it took, and what was said on standard error in all."""
        begun = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(SECONDS)
        took = time.monotonic() - begun
        self.reader.join(SECONDS)  # until the last process that could write has ended
        while not self.lines.empty():
            self.said.append(self.lines.get())
        return took, "".join(self.said)


def start(home: Path, *words: str) -> Check:
    """``squall check`` in a process group of its own, with the log of every step."""
    (home / "shop.py").write_text(SHOP)
    (home / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "squall.cli", "--log-level", "debug", "check", "shop:app",
         "--output", "out", "--seed", "3", *words],
        cwd=home, env={**os.environ, "TMPDIR": str(home / "tmp")}, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stderr is not None
        with process.stderr as told:
            for line in told:
                lines.put(line)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return Check(home, process, lines, reader)


def leftovers(home: Path) -> list[str]:
    """Processes that work in this directory, and what is in its directory for labs."""
    found = [str(path) for path in (home / "tmp").iterdir()]
    for process in psutil.process_iter(["cmdline", "environ"]):
        environ = process.info["environ"] or {}
        if environ.get("TMPDIR") == str(home / "tmp"):
            found.append(" ".join(process.info["cmdline"] or []))
    return found


def verify_end(check: Check) -> None:
    took, said = check.interrupt()
    assert took < END_SECONDS
    assert check.process.returncode == 130, said
    assert len(ONE_LINE.findall(said)) == 1, said
    assert "Traceback" not in said
    assert "never awaited" not in said
    ends = time.monotonic() + 5  # the watchdog ends a moment after the command
    while leftovers(check.home) and time.monotonic() < ends:
        time.sleep(0.05)
    assert leftovers(check.home) == []


@pytest.mark.parametrize("phase", PHASES)
def test_ctrl_c_is_one_line_and_leaves_nothing(phase: str, tmp_path: Path) -> None:
    setup = ["--setup", SETUP] if phase == "set-up" else []
    check = start(tmp_path, "--only", "slow-network", *setup)
    try:
        check.until(PHASES[phase])
        verify_end(check)
    finally:
        check.process.kill()
    document = tmp_path / "out/verdict.json"
    assert not document.exists() or json.loads(document.read_text())["verdict"] != "pass"


def test_what_was_judged_before_ctrl_c_is_kept(tmp_path: Path) -> None:
    chosen = ["--only", "slow-network", "--only", "silent-network", "--only", "app-crash"]
    check = start(tmp_path, *chosen)
    try:
        for _ in range(2):
            check.until("RunStarted ")
        verify_end(check)
    finally:
        check.process.kill()
    body = json.loads((tmp_path / "out/verdict.json").read_text("utf-8"))
    assert len(body["outages"]) == 1
    assert len(body["broken"]) == 2
    assert body["verdict"] != "pass"
    judged = body["outages"][0]["scenario"]
    assert (tmp_path / "out" / judged / "report.html").is_file()
    assert (tmp_path / "out/index.html").is_file()
    assert f'name="{judged}"' in (tmp_path / "out/junit.xml").read_text("utf-8")


@pytest.mark.parametrize("outage", ["slow-network", "client-disconnects"])
@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.2])
def test_a_second_ctrl_c_during_the_end_changes_nothing(
    outage: str, seconds: float, tmp_path: Path
) -> None:
    """Healing a fault of the clients talks to the load: a second one hit it in the middle."""
    check = start(tmp_path, "--only", outage)
    try:
        check.until("FaultInjected ")
        os.killpg(check.process.pid, signal.SIGINT)
        time.sleep(seconds)
        verify_end(check)
    finally:
        check.process.kill()
