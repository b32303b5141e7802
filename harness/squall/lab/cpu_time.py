"""How long processes ran, and how long they were ready and waited for a CPU. On Linux only."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

NANO = 1e-9


def awaited(pid: int) -> float | None:
    """Seconds since their start, for a process and its children together; None if unknown.

    ``/proc/PID/schedstat`` has the time on a CPU, the time in its queue (both in nanoseconds) and
    the number of time slices (Linux, Documentation/scheduler/sched-stats.rst).
    """
    own = _read(f"/proc/{pid}/schedstat").split()
    if len(own) < 2:  # noqa: PLR2004 - see above
        return None
    children = _read(f"/proc/{pid}/task/{pid}/children").split()
    return int(own[1]) * NANO + sum(awaited(int(child)) or 0.0 for child in children)


def awaited_in_container(pid: int, container: str) -> float | None:
    """The same for a container's first process and its children; None if they are not visible here.

    The engine may run its processes in a virtual machine (Docker Desktop), where the same number is
    a different process here. So the process's control group must contain the container's id.
    """
    return awaited(pid) if pid and container in _read(f"/proc/{pid}/cgroup") else None


def used(pids: Iterable[int]) -> float:
    """Seconds for which all threads of these processes have run (proc(5), ``/proc/PID/stat``)."""
    ticks = 0
    for pid in pids:
        # The name in brackets may have spaces; utime and stime are the fields 14 and 15.
        fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        ticks += sum(int(one) for one in fields[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except OSError:
        return ""
