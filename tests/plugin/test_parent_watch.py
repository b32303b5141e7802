"""A worker whose controller is killed ends within five seconds, in the middle of a test, too."""

from __future__ import annotations

import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from squall.pytest import parent_watch

WORKER = """
import time
from squall.pytest.parent_watch import end_with_parent
end_with_parent()
print("ready", flush=True)
time.sleep(60)
"""
CONTROLLER = f"""
import subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", {WORKER!r}], stdout=subprocess.PIPE)
worker.stdout.readline()
print(worker.pid, flush=True)
time.sleep(60)
"""


def test_a_worker_ends_with_its_controller() -> None:
    controller = subprocess.Popen(
        [sys.executable, "-c", CONTROLLER], stdout=subprocess.PIPE, text=True
    )
    assert controller.stdout is not None
    worker = psutil.Process(int(controller.stdout.readline()))
    try:
        time.sleep(2 * parent_watch.LOOK_SECONDS)
        assert worker.is_running(), "it must not end while its controller lives"
        controller.kill()
        controller.wait()
        _, alive = psutil.wait_procs([worker], timeout=5)
        assert alive == []
    finally:
        if worker.is_running():
            worker.kill()
        controller.kill()
        controller.wait()
        controller.stdout.close()


@pytest.mark.parametrize("worker", [True, False])
def test_only_workers_watch(monkeypatch: pytest.MonkeyPatch, worker: bool) -> None:
    watched: list[bool] = []
    monkeypatch.setattr(parent_watch, "end_with_parent", lambda: watched.append(True))
    config: Any = SimpleNamespace(**({"workerinput": {}} if worker else {}))
    parent_watch.watch_parent_of_worker(config)
    assert watched == [True] * worker
