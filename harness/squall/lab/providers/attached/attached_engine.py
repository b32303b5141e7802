"""A Toxiproxy that is already running: Squall adds its proxies and removes them again."""

from __future__ import annotations

from collections.abc import Sequence

from squall_faults.errors import FaultError
from squall_faults.toxiproxy import ToxiproxyServer

from squall.core.errors import LabError
from squall.lab.endpoint import Endpoint


class AttachedEngine:
    """Implements ``EngineComponent``. Existing proxies are not changed."""

    token = ""
    """The real Toxiproxy has no token."""
    unasked_end = ""
    """Unknown: if the process exits, calls fail."""

    def __init__(self, api: Endpoint, ours: Sequence[str]) -> None:
        self.api = api
        self._server = ToxiproxyServer(api.host, api.port)
        self._ours = ours

    async def start(self, seed: int) -> None:  # noqa: ARG002 - it was seeded when it was started
        """Check that it answers and has no faults in force. Remove proxies left by a killed run.

        Raises:
            LabError: it does not answer, or a fault that is not Squall's is in force.
        """
        try:
            await self._remove()
            left = await self._server.whole()
        except FaultError as error:
            raise LabError(f"--proxy-url: no Toxiproxy answers at {self.api}: {error}") from error
        if left:
            raise LabError(f"--proxy-url: the Toxiproxy at {self.api} is not whole: {left}")

    async def close(self) -> None:
        """Remove Squall's proxies. The server keeps running."""
        try:
            await self._remove()
        except FaultError as error:
            names = ", ".join(self._ours)
            raise LabError(f"the proxies {names} could not be removed: {error}") from error

    async def _remove(self) -> None:
        for name in self._ours:
            await self._server.delete(f"/proxies/{name}")
