"""Workers that the master starts on its own machine. They end with it: their input closes."""

from __future__ import annotations

from gevent import subprocess

from squall.core.child_programs import clean_environment, python_module
from squall.core.errors import describe_end

MAX_RESTARTS = 10
"""Workers that end again and again will not come up; then the master is not ready any more."""


class LocalWorkers:
    """A fixed number of worker processes; one that ends is started again."""

    def __init__(self, count: int, host: str, port: int) -> None:
        words = ["worker", "--host", host, "--port", str(port), "--ends-with-input"]
        self._command = python_module("squall.workload.locust", *words)
        self._closed = False
        self._restarts = 0
        self._processes = [self._started() for _ in range(count)]

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, env=clean_environment(), stdin=subprocess.PIPE)

    def restart(self) -> dict[int, str]:
        """Start those again that have ended since the last call. Returns how, by their number."""
        if self._closed:
            return {}
        codes = {one.pid: one.poll() for one in self._processes}
        ended = {pid: describe_end(code) for pid, code in codes.items() if code is not None}
        self._restarts += len(ended)
        kept = [one for one in self._processes if one.pid not in ended]
        again = len(ended) if self._restarts <= MAX_RESTARTS else 0
        self._processes = [*kept, *(self._started() for _ in range(again))]
        return ended

    def close(self) -> None:
        """End them, and start none again."""
        self._closed = True
        for process in self._processes:
            process.kill()
