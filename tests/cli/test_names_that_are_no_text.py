"""Names that are no UTF-8 are printed with their bytes written out, and end nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from squall.selftest.honest_run import honest_evidence, judged
from squall.selftest.lies_of_files import write_suite


def test_a_run_directory_may_have_any_name(tmp_path: Path) -> None:
    squall = Path(sys.executable).with_name("squall")
    strange = Path(os.fsdecode(os.fsencode(tmp_path) + b"/.squall/runs/2026-\xff"))
    try:
        strange.mkdir(parents=True)
    except OSError as error:
        pytest.skip(f"this file system takes no such name: {error}")
    write_suite(strange, (judged(honest_evidence()),))
    done = subprocess.run(
        [str(squall), "runs"], check=False, cwd=tmp_path, capture_output=True, timeout=60,
        env={**os.environ, "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"2026-\\udcff" in done.stdout
