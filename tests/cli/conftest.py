"""``squall`` as a person runs it: a process of its own, its words and its exit code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 60
OUR_TRACEBACK = re.compile(r"^(  \+ Exception Group )?Traceback", re.MULTILINE)
"""Not the app's: its last words are quoted, four blanks to the right."""

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Said:
    """What a command said, and with what it ended."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Both streams, with blanks for line ends: a terminal may break lines anywhere."""
        return " ".join(f"{self.out}\n{self.err}".split())


Squall = Callable[..., Said]


@pytest.fixture
def squall() -> Squall:
    """Run the command; a traceback of ours is a failure whatever was asked."""

    def run(*words: str, **environment: str) -> Said:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("SQUALL_")}
        done = subprocess.run(
            [sys.executable, "-m", "squall.cli", *words],
            env={**inherited, "COLUMNS": "200", **environment},
            cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        said = Said(done.returncode, COLOURS.sub("", done.stdout), COLOURS.sub("", done.stderr))
        assert not OUR_TRACEBACK.search(said.out + said.err), said.err
        return said

    return run
