"""How many labs this machine bears at the same time."""

from __future__ import annotations

import os

import psutil

MAX_LABS = 4

LOOK_SECONDS = 0.1
"""Time over which the CPUs are measured."""

MAX_BUSY_PERCENT = 50.0
"""CPU use of the whole machine above which other programs run on it."""


def labs_of_this_machine() -> int:
    """One lab per CPU, at most four."""
    return max(1, min(MAX_LABS, os.cpu_count() or 1))


def labs_of_light_runs() -> int:
    """Labs for an app that leaves most of a CPU idle: three on two CPUs, if these are idle now."""
    labs = labs_of_this_machine()
    busy = psutil.cpu_percent(interval=LOOK_SECONDS) > MAX_BUSY_PERCENT
    return labs if busy else min(MAX_LABS, labs + labs // 2)
