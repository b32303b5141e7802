"""What the engine does by itself when a time to live is over, unless that is renewed before."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MAX_LAPSED = 64
"""So many names of what ended by itself are kept, the newest ones."""


@dataclass(frozen=True, slots=True)
class _Lease:
    timer: asyncio.TimerHandle
    action: Callable[[], None]


class Timers:
    """One for each thing that can end by itself; a later one takes the place of the first."""

    def __init__(self) -> None:
        self._leases: dict[str, _Lease] = {}
        self.lapsed: deque[str] = deque(maxlen=MAX_LAPSED)
        """What ended by itself, in order."""

    def make(self, what: str, milliseconds: int, action: Callable[[], None]) -> None:
        """Have ``action`` called once, so much later."""
        self.cancel(what)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(milliseconds / 1000, self._lapse, what)
        self._leases[what] = _Lease(timer, action)

    def renew(self, milliseconds: int) -> list[str]:
        """Let the time of everything that can end by itself start again; what that is."""
        for what, lease in list(self._leases.items()):
            self.make(what, milliseconds, lease.action)
        return list(self._leases)

    def _lapse(self, what: str) -> None:
        lease = self._leases.pop(what)
        self.lapsed.append(what)
        lease.action()

    def cancel(self, what: str) -> None:
        """It was ended in time, or there never was one."""
        lease = self._leases.pop(what, None)
        if lease is not None:
            lease.timer.cancel()

    def cancel_all(self) -> None:
        """Nothing of it is there any more."""
        for what in list(self._leases):
            self.cancel(what)
