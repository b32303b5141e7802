"""From a failing check to the line of code: an app that is not ours, without any configuration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.scenario

APP = Path(__file__).parents[1] / "broken_apps/unhandled_errors.py"
SCREEN = 24
"""Lines of a terminal."""


def test_the_first_screen_names_the_cause_with_file_and_line(tmp_path: Path) -> None:
    source = APP.read_text("utf-8")
    (tmp_path / "shop.py").write_text(source, "utf-8")
    words = [
        "check",
        "shop:app",
        "--only",
        "database-crash-restart",
        "--only",
        "dropped-connections",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", *words, "--output", "out"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("SQUALL_")},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    screen = "\n".join(done.stdout.partition("\nCauses\n")[2].splitlines()[:SCREEN])
    assert re.search(r"1\. (\d) of \1: unhandled database errors become HTTP 500", screen)
    named = {int(line) for line in re.findall(r"shop\.py:(\d+) in (?:list_items|get_item)", screen)}
    assert named, screen
    for number in named:
        assert "connect" in source.splitlines()[number - 1]  # the line that asks the database
    assert "Mend this first: Answer 503" in screen
    assert re.search(r"\d+ gates held, \d+ not judged", done.stdout)
    assert "written_keys" in done.stdout
