"""How much memory an in-memory file system may still use, on this machine or in this container."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

CGROUPS = Path("/sys/fs/cgroup")
LIMITS = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
"""Limits of this container, cgroup versions 2 and 1 (Linux, admin-guide/cgroup-v2.rst)."""


def spare_memory_bytes(file_system: Path) -> int:
    """The free space in the file system, in the machine's memory and within the container's limit.

    0 if there is no such file system.
    """
    try:
        room = os.statvfs(file_system)
    except OSError:
        return 0
    free = (room.f_bavail * room.f_frsize, psutil.virtual_memory().available)
    return max(0, min(*free, *_container_room(CGROUPS)))


def _container_room(groups: Path) -> Iterator[int]:
    for limit, used in LIMITS:
        with contextlib.suppress(OSError, ValueError):  # "max" means no limit
            yield int((groups / limit).read_text()) - int((groups / used).read_text())
