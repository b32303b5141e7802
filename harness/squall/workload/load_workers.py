"""``--load locust --workers 3`` or ``--workers load1,load2``: who sends the load."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

from squall.core.child_programs import python_module
from squall.core.errors import LabError, UsageError

PORT = 5557
"""Locust's own, on which workers of other machines find the master."""

MAX_WORKERS = 64
EXTRA = "pip install 'squall[locust]'"
ANY_ADDRESS = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadWorkers:
    """Locust's workers: processes of this machine, or hosts on which you start them."""

    local: int = 0
    hosts: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """All of them."""
        return self.local + len(self.hosts)

    @property
    def wait_seconds(self) -> float:
        """How long to wait for them: people start those of other hosts."""
        return 120.0 if self.hosts else 30.0

    def master(self, port: int) -> list[str]:
        """The command line of the master, which listens on loopback unless hosts must reach it.

        Raises:
            LabError: Locust is not installed.
        """
        if importlib.util.find_spec("locust") is None:
            raise LabError(f"--load locust needs Locust: {EXTRA}")
        host = ANY_ADDRESS if self.hosts else "127.0.0.1"
        words = ["--host", host, "--port", str(PORT if self.hosts else port)]
        words += ["--local", str(self.local), "--remote", str(len(self.hosts))]
        return python_module("squall.workload.locust", "master", *words)

    def start_lines(self) -> list[str]:
        """What to type on the hosts."""
        return [
            f"load: on {host}: python -m squall.workload.locust worker --host THIS_MACHINE"
            for host in self.hosts
        ]


def parse_workers(text: str) -> LoadWorkers:
    """A number of local workers, or names of hosts with commas.

    Raises:
        UsageError: it is neither.
    """
    if text.isdecimal() and 0 < int(text) <= MAX_WORKERS:
        return LoadWorkers(local=int(text))
    hosts = tuple(word.strip() for word in text.split(","))
    if text.isdecimal() or not all(hosts) or len(hosts) > MAX_WORKERS:
        raise UsageError(
            f"--workers {text!r:.80}: give a number from 1 to {MAX_WORKERS}, or hosts: load1,load2"
        )
    return LoadWorkers(hosts=hosts)
