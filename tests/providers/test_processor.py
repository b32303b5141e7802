"""A process that is ready to run and gets no processor shows it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest
from squall.lab.cpu_time import awaited, awaited_in_container

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the waiting")

SPIN = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"
ALONE = [sys.executable, "-c", SPIN]
CHILD = ["sh", "-c", '"$@" & child=$!; read _; kill $child; wait', "-", *ALONE]


@pytest.mark.parametrize("command", [ALONE, CHILD], ids=["itself", "its child"])
def test_two_that_share_a_processor_wait_for_each_other(command: Sequence[str]) -> None:
    both = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(2)]
    try:
        ends = time.monotonic() + 20
        while (awaited(both[0].pid) or 0.0) < 0.2:
            assert time.monotonic() < ends, "it never waited"
            time.sleep(0.01)
    finally:
        for process in both:
            if command is ALONE:
                process.kill()
            process.communicate(b"\n", timeout=10)


def test_a_process_that_is_gone_is_not_known() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert awaited(gone.pid) is None


def test_a_number_that_is_no_process_of_the_container_is_not_known() -> None:
    assert awaited(os.getpid()) is not None
    assert awaited_in_container(os.getpid(), "b58bc39747da3b6e7782") is None
    assert awaited_in_container(0, "") is None
