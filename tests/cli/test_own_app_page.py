"""The how-to for an own app: its commands are three, and do what they say."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/your-own-app.md"
APP = """
import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])  # postgresql+asyncpg://
app = FastAPI()


@app.get("/one")
async def one() -> int:
    async with engine.connect() as held:
        return (await held.execute(text("SELECT 1"))).scalar_one()
"""


def commands() -> list[list[str]]:
    section = PAGE.read_text("utf-8").split("## From a clone")[1]
    block = re.search(r"```console\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return [shlex.split(line[2:]) for line in block.group(1).splitlines()]


def test_there_are_at_most_three() -> None:
    assert len(commands()) <= 3


@pytest.mark.scenario
def test_they_lead_from_an_empty_folder_to_a_verdict(tmp_path: Path) -> None:
    """The first one makes what these tests run in already; the others run as they stand."""
    (tmp_path / "main.py").write_text(APP)
    done = {}
    written = ["pytest", "tests/test_resilience.py"]  # what `init` wrote is run, too
    for words in [*commands()[1:], written]:
        program = words[0].removeprefix(".venv/bin/")
        module = {"squall": "squall.cli", "pytest": "pytest"}[program]
        ran = subprocess.run(
            [sys.executable, "-m", module, *words[1:]],
            cwd=tmp_path, capture_output=True, text=True, timeout=150, check=False,
        )  # fmt: skip
        done[" ".join(words[1:])] = ran.stdout + ran.stderr
        assert ran.returncode in (0, 1, 2), ran.stdout + ran.stderr
    assert "app: main:app" in done["init"]
    assert "GET /one" in done["check --only smoke"]
    assert "database-crash-restart" in done["check --only smoke"]
    assert "the_service_survives" in done["tests/test_resilience.py"]
