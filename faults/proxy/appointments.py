"""What the engine does by itself when a time to live is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Appointments:
    """One for each thing that can end by itself; a later one takes the place of the first."""

    def __init__(self) -> None:
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def make(self, what: str, milliseconds: int, action: Callable[[], None]) -> None:
        """Have ``action`` called once, so much later."""
        self.cancel(what)
        loop = asyncio.get_running_loop()
        self._timers[what] = loop.call_later(milliseconds / 1000, action)

    def cancel(self, what: str) -> None:
        """Somebody else ended it, or there never was one."""
        timer = self._timers.pop(what, None)
        if timer is not None:
            timer.cancel()

    def cancel_all(self) -> None:
        """Nothing of it is there any more."""
        for what in list(self._timers):
            self.cancel(what)
