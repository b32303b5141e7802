"""A process that is ready to run and gets no processor shows it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from harness.providers.process.processor import awaited

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the waiting")


def test_two_that_share_a_processor_wait_for_each_other() -> None:
    spin = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(2)]
    try:
        ends = time.monotonic() + 20
        while (awaited(busy[0].pid) or 0.0) < 0.2:
            assert time.monotonic() < ends, "it never waited"
            time.sleep(0.01)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_a_process_that_is_gone_is_not_known() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert awaited(gone.pid) is None


def test_children_are_counted() -> None:
    """A shell that does nothing itself, and its child that shares a processor with another."""
    spin = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"
    command = ["sh", "-c", '"$@" & child=$!; read _; kill $child; wait', "-", sys.executable]
    families = [subprocess.Popen([*command, "-c", spin], stdin=subprocess.PIPE) for _ in range(2)]
    try:
        ends = time.monotonic() + 20
        while (awaited(families[0].pid) or 0.0) < 0.2:
            assert time.monotonic() < ends, "its child never waited"
            time.sleep(0.01)
    finally:
        for family in families:
            family.communicate(b"\n", timeout=10)
