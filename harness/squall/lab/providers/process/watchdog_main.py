"""The watchdog's process: if its standard input ends without a message, it removes the lab.

    harness ──pipe──▶ watchdog        {"directory": path}   remember
       ✗ (even SIGKILL)               {"forget": path}      no longer ours
                    EOF ──▶ clear     {"containers": true}  the lab has containers, too
                                      {"done": true}        a normal end, nothing to do

A process belongs to the lab if its environment contains the lab's mark or its working directory is
in a directory of the lab. The mark is set before the exec, so there is no moment in which a child
is not covered. PostgreSQL overwrites its environment with its title, and its backends are separate
sessions; but all of them work in the data directory.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from squall.lab.providers.process import shared_memory

MARK = "SQUALL_LAB"
"""The environment variable with the lab's id."""

CLEAR_SECONDS = 4.0


def members(lab: str, directories: list[str]) -> Iterator[psutil.Process]:
    """Every process of the lab except this one."""
    for process in psutil.process_iter():
        if process.pid != os.getpid() and _belongs(process, lab, directories):
            yield process


def _belongs(process: psutil.Process, lab: str, directories: list[str]) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if process.environ().get(MARK) == lab:
            return True
    except (psutil.Error, OSError):
        pass  # its environment is not readable; its directory may be
    try:
        working = process.cwd()
    except (psutil.Error, OSError):
        return False
    return any(working == path or working.startswith(path + os.sep) for path in directories)


def clear(lab: str, directories: list[str]) -> None:
    """SIGKILL until no process is left, then remove the directories."""
    ends = time.monotonic() + CLEAR_SECONDS
    while time.monotonic() < ends:
        left = list(members(lab, directories))
        if not left:
            break
        for process in left:
            try:
                process.kill()
            except psutil.Error:
                continue
        psutil.wait_procs(left, timeout=0.2)
    for path in directories:
        shared_memory.remove_below(Path(path))
        shutil.rmtree(path, ignore_errors=True)


def clear_containers(lab: str) -> None:
    """Remove the lab's containers and networks, if a Docker engine answers."""
    from squall.lab.providers.docker import reaper  # noqa: PLC0415 - only where it is needed

    reaper.remove(lab, quiet_rounds=2)


def main() -> None:
    """Listen to the harness until it ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    lab, record = sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None  # noqa: PLR2004
    directories: list[str] = []
    containers = False
    for line in sys.stdin:
        message = json.loads(line)
        if "done" in message:
            return
        containers = containers or "containers" in message
        if "directory" in message:
            directories.append(str(Path(message["directory"]).resolve()))
        if "forget" in message and message["forget"] in directories:
            directories.remove(message["forget"])
    clear(lab, directories)
    if containers:
        clear_containers(lab)
    if record is not None:
        record.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
