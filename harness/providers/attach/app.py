"""An app that somebody else started, known by its address."""

from __future__ import annotations

from pathlib import Path

from harness.core.errors import LabError
from harness.providers import readiness
from harness.providers.base import Endpoint

NOT_OURS = "Squall did not start the app, so it cannot stop it"


class AttachedApp:
    """Implements ``AppPart`` as far as one can from outside; faults on its process are refused."""

    meant_to_be_down = False
    times_down = 0
    exit_code: int | None = None
    """Unknown: an end of the process shows as refused connections."""
    failed_starts: list[int]
    """Nobody starts it here."""
    processor_awaited: float | None = None
    """Unknown."""

    def __init__(self, address: Endpoint, ready_path: str, log: Path, wait_seconds: float) -> None:
        self.host, self.port = address.host, address.port
        self.log_path = log
        """A log file that was named, or a path where none is."""
        self._ready_path = ready_path
        self._wait_seconds = wait_seconds
        self.failed_starts = []

    async def start(self) -> None:
        """Wait until it answers.

        Raises:
            LabError: it does not.
        """
        if not await readiness.until(self._answers, self._wait_seconds):
            raise LabError(
                f"nothing answers GET {self._ready_path} at http://{self.host}:{self.port}"
                f" within {self._wait_seconds:g} s; start the app, or wait longer: --wait SECONDS"
            )

    async def _answers(self) -> bool:
        return await readiness.answers_at_all(self.host, self.port, self._ready_path)

    async def ensure(self) -> None:
        """It is somebody else's to start."""

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

    async def close(self) -> None:
        """It is not ours: it runs on."""
