"""``make bench`` goes on where a part is missing or a program breaks, and says so in one table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMMON = Path(__file__).parents[2] / "benchmarks" / "common"

MEASURES = """
from common.figures import MISSED, record
record("lab up", 1.2, at_most=1.5, unit="s")
raise SystemExit(0 if record("reads", 0.8, at_least=1.0).met else MISSED)
"""
LACKS = """
from common.missing import skip
skip("docker", "no engine answers")
"""
BREAKS = "raise LookupError('bug')"


START = """
import sys
from pathlib import Path
sys.argv = {words!r}
import common.every as every
every.HOME, every.TABLE = Path({home!r}), Path({home!r}, "out", "bench.md")
sys.exit(every.main())
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "benchmarks"
    home.mkdir()
    (home / "common").symlink_to(COMMON)
    for name, text in {"a_breaks": BREAKS, "b_lacks": LACKS, "c_measures": MEASURES}.items():
        (home / f"{name}.py").write_text(text)
    return home


def bench(home: Path, *words: str, require: str = "") -> tuple[int, str]:
    """The runner with other programs: its home is where it was started."""
    code = START.format(words=["every", *words], home=str(home))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": "/usr/bin:/bin", "SQUALL_REQUIRE": require, "PYTHONPATH": str(home)},
    )  # fmt: skip
    return done.returncode, (home / "out/bench.md").read_text("utf-8") + done.stderr


def test_every_program_is_run_and_a_break_is_a_failure(home: Path) -> None:
    code, table = bench(home)
    assert code == 1
    assert "| a_breaks | failed with exit code 1 |" in table
    assert "| b_lacks | skipped: docker is missing: no engine answers |" in table
    assert "| c_measures | lab up | 1.2 s | ≤ 1.5 s | 0.80 | yes |" in table
    assert "| c_measures | reads | 0.8  | ≥ 1  | 0.80 | no |" in table
    assert "failed: a_breaks" in table
    for name in ("date", "machine", "Python", "PostgreSQL", "Toxiproxy", "Squall"):
        assert f"- {name}: " in table


def test_a_missing_part_and_a_missed_aim_are_no_failure(home: Path) -> None:
    assert bench(home, "lacks", "measures")[0] == 0


def test_unless_the_part_is_required(home: Path) -> None:
    code, table = bench(home, "lacks", require="docker")
    assert code == 1
    assert "| b_lacks | failed with exit code 1 |" in table
