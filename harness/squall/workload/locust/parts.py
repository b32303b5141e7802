"""What a worker gets and gives, as pure functions: its part of the plan, and another clock's times.

Times are seconds of a machine's monotonic clock. ``ahead`` is by how much a worker's clock is ahead
of the master's; processes of one boot share the clock, so it is 0.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from squall.workload.arrivals import arrivals

TIMES = ("intended", "sent", "done")

BOOT = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """Names the start of this machine; empty where the kernel does not say."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def plan_of_part(plan: Mapping[str, Any], part: int, parts: int, ahead: float) -> dict[str, Any]:
    """The plan as one worker gets it."""
    return {**plan, "part": part, "parts": parts, "start_at": plan["start_at"] + ahead}


def on_own_clock(line: str, ahead: float) -> str:
    """A worker's message with the times of the master's clock; unchanged if they are the same."""
    if not ahead:
        return line
    message = json.loads(line)
    for name in TIMES:
        message["op"][name] -= ahead
    return json.dumps(message)


def clock_ahead(rounds: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """By how much a worker's clock is ahead, and half the shortest round trip: how wrong that is.

    Args:
        rounds: when a question was sent, the worker's clock, and when its answer arrived.
    """
    asked, seen, answered = min(rounds, key=lambda one: one[2] - one[0])
    return seen - (asked + answered) / 2, (answered - asked) / 2


def due_in_part(plan: Mapping[str, Any], part: int, parts: int, stop_at: float) -> int:
    """Number of planned requests of one part that come due before ``stop_at``."""
    until = min(stop_at, plan["start_at"] + plan["max_seconds"]) - plan["start_at"]
    offsets = arrivals(plan["rate_per_second"], plan["seed"], plan["arrivals"])
    count = sum(1 for _ in itertools.takewhile(lambda offset: offset < until, offsets))
    return len(range(part, count, parts))
