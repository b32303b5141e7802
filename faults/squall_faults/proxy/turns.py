"""Work is done in small steps, so that no connection keeps the others or the API waiting.

    turn of the loop:  sockets ─ timers ─ steps for at most 1 ms ─▶ next turn

Steps of all connections share one queue and one budget, first come, first served.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

TURN_SECONDS = 0.001
"""So long steps may take in one turn; one step more may be under way."""

Step = Callable[[], None]


class Turns:
    """The steps that wait, of one event loop."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque()

    def later(self, step: Step) -> None:
        """Do this soon, behind what waits already."""
        self._steps.append(step)
        if len(self._steps) == 1:
            asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        loop = asyncio.get_running_loop()
        ends = time.monotonic() + TURN_SECONDS
        while self._steps:
            step = self._steps[0]  # stays in the queue: nobody else schedules a run meanwhile
            try:
                step()
            except Exception as error:  # noqa: BLE001 - an error of one must not end the others
                loop.call_exception_handler({"message": "a step failed", "exception": error})
            self._steps.popleft()
            if self._steps and time.monotonic() >= ends:
                loop.call_soon(self._run)
                return


_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns() -> Turns:
    """The turns of the running loop."""
    loop = asyncio.get_running_loop()
    found = _TURNS.get(loop)
    if found is None:
        found = _TURNS[loop] = Turns()
    return found


class Pause:
    """For work that awaits: ``await pause()`` lets others have a turn when it took its time."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + TURN_SECONDS

    async def __call__(self) -> None:
        """Go on at once, or in the next turn of the loop."""
        if time.monotonic() >= self._ends:
            await asyncio.sleep(0)
            self._ends = time.monotonic() + TURN_SECONDS
