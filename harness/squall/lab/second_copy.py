"""A second copy of the app beside the first, and what became of it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from squall_faults.errors import FaultUnavailable
from squall_faults.toxiproxy import ToxiproxyServer

from squall.core.errors import AppFailed
from squall.core.events import SecondCopyEnded
from squall.lab.components import AppComponent, Components, DatabaseComponent

APP = "app"
"""The proxy in front of the app."""

FULL = (
    "sorry, too many clients already",
    "remaining connection slots are reserved",
    "too many connections for role",
)
"""What PostgreSQL logs when it has no room for a connection."""

TAKEN = re.compile(
    r"address already in use|EADDRINUSE|already running|another instance", re.IGNORECASE
)
"""How a copy fails that shares this machine with the first one, as it does not in production."""

LEAST_SECONDS = 10.0
USUAL_TIMES = 4.0
"""A copy that starts under load may need this many times as long as the first one needed alone."""

ONE_COPY = "this provider runs one copy of the app"


@dataclass(slots=True)
class SecondCopyRunner:
    """Implements ``squall_faults.ports.AppCopies``."""

    parts: Components
    database: Callable[[], DatabaseComponent]
    """The primary."""
    engine: Callable[[], ToxiproxyServer]
    """The last engine in front of the app."""
    seen: list[SecondCopyEnded] = field(default_factory=list)
    """Every second copy so far, not published yet. The list only grows."""
    _second: AppComponent | None = None
    _failed: str = ""
    _refused_before: int = 0
    _seconds: float = 0.0

    async def start_second(self) -> None:
        """Start it, and lead the callers to it when it is ready."""
        if self.parts.another_app is None:
            raise FaultUnavailable(ONE_COPY)
        made = self._second = self.parts.another_app()
        self._refused_before = await self._refused()
        began = time.monotonic()
        self._failed = await _start(made, USUAL_TIMES * self.parts.app.start_seconds)
        self._seconds = time.monotonic() - began
        if not self._failed:
            await self._lead(made)

    async def end_second(self) -> None:
        """Lead the callers back, end the copy, and keep what became of it."""
        made, self._second = self._second, None
        if made is None:
            return
        exit_code, refused = made.exit_code, await self._refused() - self._refused_before
        if not self._failed:
            await self._lead(self.parts.app)
        self.seen.append(
            SecondCopyEnded(
                at=0.0, ready=not self._failed and exit_code is None, exit_code=exit_code,
                seconds=self._seconds, refused=refused,
                clashed=TAKEN.search(self._failed) is not None,
            )
        )  # fmt: skip
        if exit_code is None:
            await made.terminate()
        await made.close()

    async def _lead(self, app: AppComponent) -> None:
        await self.engine().lead(self.parts.prefix + APP, f"{app.host}:{app.port}")

    async def _refused(self) -> int:
        """How often the server has refused a connection so far because it was full."""
        return sum([await self.database().logged(words) for words in FULL])


async def _start(app: AppComponent, usual_seconds: float) -> str:
    """Empty when it is ready; else why it is not."""
    try:
        async with asyncio.timeout(max(LEAST_SECONDS, usual_seconds)):
            await app.start()
    except TimeoutError:
        return "it did not get ready"
    except AppFailed as error:
        return str(error)
    return ""
