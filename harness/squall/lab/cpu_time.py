"""How long processes were ready to run and waited for a CPU. Known on Linux only."""

from __future__ import annotations

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


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except OSError:
        return ""
