"""The keeper's process: when its standard input ends without a word, it clears the lab away.

    harness ──pipe──▶ keeper          {"directory": path}   remember
       ✗ (even SIGKILL)               {"forget": path}      no longer ours
                    EOF ──▶ clear     {"containers": true}  the lab has containers, too
                                      {"done": true}        a normal end, nothing to do

A process belongs to the lab when its environment carries the lab's mark or its working directory
lies in a directory of the lab. The mark is there from before the exec, so there is no moment in
which a child is not covered. PostgreSQL overwrites its environment with its title, and its
backends are sessions of their own; but all of them work in the data directory.
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

MARK = "SQUALL_LAB"
"""The environment variable with the lab's id."""

CLEAR_SECONDS = 4.0


def members(lab: str, directories: list[str]) -> Iterator[psutil.Process]:
    """Every process of the lab but ourselves."""
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
        pass  # not ours to read; perhaps its directory is
    try:
        working = process.cwd()
    except (psutil.Error, OSError):
        return False
    return any(working == path or working.startswith(path + os.sep) for path in directories)


def clear(lab: str, directories: list[str]) -> None:
    """SIGKILL until nobody is left, then remove the directories."""
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
        shutil.rmtree(path, ignore_errors=True)


def clear_containers(lab: str) -> None:
    """Remove the lab's containers and networks, as far as an engine answers."""
    from harness.providers.docker import reaper  # noqa: PLC0415 - only where it is needed

    reaper.remove(lab, quiet_rounds=2)


def main() -> None:
    """Listen to the harness until it ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    lab = sys.argv[1]
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


if __name__ == "__main__":
    main()
