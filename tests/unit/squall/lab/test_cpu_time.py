"""Time that processes have run, from Linux's own account."""

from __future__ import annotations

import os
import time

from squall.lab.cpu_time import used


def test_what_a_process_computes_is_counted_and_its_sleep_is_not() -> None:
    begun = used([os.getpid()])
    time.sleep(0.2)
    slept = used([os.getpid()])
    ends = time.process_time() + 0.2
    while time.process_time() < ends:
        pass
    assert slept - begun < 0.1
    assert used([os.getpid()]) - slept >= 0.15


def test_a_process_that_is_gone_has_used_nothing() -> None:
    assert used([2**22 + 1]) == used([]) == 0.0
