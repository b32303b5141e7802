"""Whatever kills the harness, nothing of its lab is left after five seconds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

LEFT_SECONDS = 5.0
SEED = 20_261_124


def ours(directory: Path) -> list[psutil.Process]:
    """Processes of a lab: its directories are below ours."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.environ().get("TMPDIR") == str(directory) or process.cwd().startswith(
                str(directory)
            ):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def gone_within(directory: Path, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if not ours(directory) and not list(directory.glob("squall-*")):
            return True
        time.sleep(0.05)
    return False


def start(command: list[str], directory: Path) -> subprocess.Popen[bytes]:
    directory.chmod(0o755)
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "TMPDIR": str(directory)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


MOMENTS = [round(random.Random(SEED).uniform(0.15, 3.5), 2) for _ in range(5)]  # noqa: S311 - repeatable


@pytest.mark.parametrize("moment", MOMENTS)
def test_kill_9_of_a_check_leaves_nothing(moment: float, public_directory: Path) -> None:
    harness = start(
        ["-m", "squall.cli", "demo", "--jobs", "1", "--output", str(public_directory / "out")],
        public_directory,
    )
    time.sleep(moment)  # the moment is the point
    assert harness.poll() is None
    harness.send_signal(signal.SIGKILL)
    harness.wait()
    assert gone_within(public_directory, LEFT_SECONDS), ours(public_directory)


def test_kill_9_of_pytest_leaves_nothing(public_directory: Path) -> None:
    test = public_directory / "test_outage.py"
    test.write_text("def test_outage(squall):\n    squall.run('slow-network')\n")
    harness = start(
        [
            "-m",
            "pytest",
            str(test),
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            "--squall-app",
            "reference",
        ],
        public_directory,
    )
    ends = time.monotonic() + 20
    while len(ours(public_directory)) < 6 and time.monotonic() < ends:
        time.sleep(0.05)
    assert len(ours(public_directory)) >= 6, "the lab was never up"
    harness.send_signal(signal.SIGKILL)
    harness.wait()
    assert gone_within(public_directory, LEFT_SECONDS), ours(public_directory)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_cleans_up_and_says_so(
    number: signal.Signals, public_directory: Path
) -> None:
    harness = start(
        ["-m", "squall.cli", "demo", "--jobs", "1", "--output", str(public_directory / "out")],
        public_directory,
    )
    ends = time.monotonic() + 20
    while len(ours(public_directory)) < 6 and time.monotonic() < ends:
        time.sleep(0.05)
    harness.send_signal(number)
    assert harness.wait(15) == 130
    assert gone_within(public_directory, LEFT_SECONDS), ours(public_directory)
