"""A Toxiproxy that runs already: proxies of our own are added to it and taken away again."""

from __future__ import annotations

from collections.abc import Sequence

from faults.errors import FaultError
from faults.toxiproxy import ToxiproxyServer
from harness.core.errors import LabError
from harness.providers.base import Endpoint


class AttachedEngine:
    """Implements ``EnginePart``; what was in it before stays as it was."""

    def __init__(self, api: Endpoint, ours: Sequence[str]) -> None:
        self.api = api
        self._server = ToxiproxyServer(api.host, api.port)
        self._ours = ours

    async def start(self, seed: int) -> None:  # noqa: ARG002 - it was seeded when it was started
        """See that it answers and is whole; remove what a killed run of ours left in it.

        Raises:
            LabError: it does not answer, or somebody else's fault is in force.
        """
        try:
            await self._remove()
            left = await self._server.whole()
        except FaultError as error:
            raise LabError(f"--proxy-url: no Toxiproxy answers at {self.api}: {error}") from error
        if left:
            raise LabError(f"--proxy-url: the Toxiproxy at {self.api} is not whole: {left}")

    async def close(self) -> None:
        """Remove our proxies; the server runs on."""
        try:
            await self._remove()
        except FaultError as error:
            names = ", ".join(self._ours)
            raise LabError(f"the proxies {names} could not be removed: {error}") from error

    async def _remove(self) -> None:
        for name in self._ours:
            await self._server.delete(f"/proxies/{name}")
