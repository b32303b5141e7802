"""Identify a process safely: operating systems reuse process numbers, in containers at once.

A process is identified by its number and its start time. On Linux the start time is counted in
clock ticks since boot, so changes of the wall clock do not affect it (proc_pid_stat(5),
``starttime``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

BOOT = Path("/proc/sys/kernel/random/boot_id")
STARTTIME = 19
"""Index after the name in parentheses. The first field there, the state, is field 3 of the line."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process of this machine."""

    pid: int
    started: str
    """Opaque; empty if the process did not exist."""

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """The process that has this number now."""
        return cls(pid, _start_of(pid))

    @classmethod
    def own(cls) -> ProcessIdentity:
        """The current process."""
        return cls.of(os.getpid())

    @classmethod
    def from_plain(cls, plain: Any) -> ProcessIdentity:  # noqa: ANN401 - JSON
        """The inverse of :meth:`to_plain`. KeyError, TypeError or ValueError for any other
        value.
        """
        return cls(int(plain["pid"]), str(plain["started"]))

    def to_plain(self) -> dict[str, Any]:
        """A value that can be written as JSON."""
        return {"pid": self.pid, "started": self.started}

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return bool(self.started) and _start_of(self.pid) == self.started


def _start_of(pid: int) -> str:
    """When the process with this number started; empty if it does not exist or is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else f"{BOOT.read_text().strip()}/{fields[STARTTIME]}"
    except (OSError, IndexError, ValueError):
        pass
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return ""
