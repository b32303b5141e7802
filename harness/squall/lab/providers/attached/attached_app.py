"""An app that someone else started, known by its address."""

from __future__ import annotations

from pathlib import Path

from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.app_resources import HeldResources
from squall.lab.endpoint import Endpoint
from squall.lab.termination import Termination

TRUST = "\n  this machine must trust its certificate: SSL_CERT_FILE=ca.pem squall check …"
NOT_OURS = "Squall did not start the app, so it cannot stop it"


class AttachedApp:
    """Implements ``AppComponent`` for a remote app. Faults on its process are refused."""

    meant_to_be_down = False
    times_down = 0
    exit_code: int | None = None
    """Unknown: if the process exits, connections are refused."""
    failed_starts: list[int]
    """Squall does not start it."""
    terminations: list[Termination]
    """Squall does not terminate it."""
    start_seconds = 0.0
    """Squall does not start it."""
    processor_awaited: float | None = None
    """Unknown."""

    def __init__(
        self,
        address: Endpoint,
        ready_path: str,
        log: Path,
        wait_seconds: float,
        scheme: str = "http",
    ) -> None:
        self.scheme = scheme
        self.host, self.port = address.host, address.port
        self.log_path = log
        """The log file that was given, or a path that does not exist."""
        self._ready_path = ready_path
        self._wait_seconds = wait_seconds
        self.failed_starts = []
        self.terminations = []

    def pids(self) -> tuple[int, ...]:
        """None: they are not processes of this machine."""
        return ()

    def held_resources(self) -> HeldResources | None:
        """None: its processes are not accessible."""
        return None

    async def start(self) -> None:
        """Wait until it answers.

        Raises:
            LabError: it does not answer.
        """
        if not await readiness.wait_until(self._answers, self._wait_seconds):
            raise LabError(
                f"nothing answers GET {self._ready_path} at {self.scheme}://{self.host}:{self.port}"
                f" within {self._wait_seconds:g} s; start the app, or wait longer: --wait SECONDS"
                + (TRUST if self.scheme == "https" else "")
            )

    async def _answers(self) -> bool:
        return await readiness.answers_at_all(self.host, self.port, self._ready_path, self.scheme)

    async def ensure(self) -> None:
        """Does nothing: Squall does not start it."""

    async def crash(self) -> None:
        """Refused."""
        raise LabError(NOT_OURS)

    async def terminate(self) -> int:
        """Refused."""
        raise LabError(NOT_OURS)

    async def pause(self) -> int:
        """Refused."""
        raise LabError(NOT_OURS)

    async def resume(self) -> None:
        """Refused."""
        raise LabError(NOT_OURS)

    async def revive(self) -> None:
        """Refused."""
        raise LabError(NOT_OURS)

    async def answers(self) -> bool:
        """Whether it answers at all, with any status."""
        path = self._ready_path
        return await readiness.http_status(self.host, self.port, path, self.scheme) is not None

    async def close(self) -> None:
        """Does nothing: the app keeps running."""
