"""A worker of pytest-xdist ends with its controller, even if the controller is killed.

    controller ✗ SIGKILL      worker: notices another parent ──▶ ends ──▶ its watchdog ends the lab

execnet ends a worker whose main thread waits for work. A worker that is inside a test continues,
with its lab, until the test has ended.
"""

from __future__ import annotations

import os
import threading
import time

LOOK_SECONDS = 0.5
EXIT_CODE = 3


def watch_parent_of_worker(config: object) -> None:
    """End a worker of pytest-xdist, and its lab, with the controller. Other runs are not
    affected.
    """
    if hasattr(config, "workerinput"):
        end_with_parent()


def end_with_parent() -> None:
    """From now on this process does not outlive the process that started it."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(EXIT_CODE)  # the lab's watchdog does the rest: it notices the end of this process
