"""A proxy that mirrors its upstream: while the upstream is down, the port is closed.

Toxiproxy accepts every client and closes the connection when the upstream cannot be reached; a
client never sees the refusal that the upstream itself would give. While it is closed, the port
is free: if another process takes it, the proxy waits until it is free again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from squall_faults.proxy.errors import ApiError

PROBE_SECONDS = 0.1
"""The upstream is asked so often while it is down, and never while it is up."""

DIAL_SECONDS = 1.0


class UpstreamMirror:
    """Whether the upstream is down, and the wait until it is back."""

    def __init__(
        self, upstream: Callable[[], tuple[str, int]], reopen: Callable[[], Awaitable[None]]
    ) -> None:
        self.wanted = False
        self._upstream = upstream
        self._reopen = reopen
        self._task: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Whether clients are being refused."""
        return self._task is not None

    async def upstream_answers(self) -> bool:
        """Whether the upstream accepts a connection."""
        try:
            async with asyncio.timeout(DIAL_SECONDS):
                _, writer = await asyncio.open_connection(*self._upstream())
        except (OSError, TimeoutError, ApiError, ValueError):  # a name may be impossible, too
            return False
        writer.close()
        return True

    def begin(self) -> None:
        """Ask the upstream until it answers, then listen again."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._until_it_answers())

    async def _until_it_answers(self) -> None:
        while not await self._opened():  # noqa: ASYNC110 - only the upstream knows
            await asyncio.sleep(PROBE_SECONDS)
        self._task = None

    async def _opened(self) -> bool:
        if not await self.upstream_answers():
            return False
        try:
            await self._reopen()
        except ApiError:  # the port is taken for now
            return False
        return True

    def stop(self) -> None:
        """The proxy is switched off."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
