"""The connection that a request holds now, so that it can be cut when its time is over.

Leaving an SQLAlchemy block waits for the server, cancelled or not; what ends every wait at once is
to abort the socket. A lease does so after ``seconds``, or on request, and forgets the
connection at the very moment when it goes back to the pool: it never cuts another request's.
"""

from __future__ import annotations

import asyncio
from typing import Protocol


class DriverConnection(Protocol):
    """What a lease needs of asyncpg's connection."""

    def terminate(self) -> None:
        """Close the socket without waiting for anything."""


class Lease:
    """Of one request; used for each of its attempts in turn.

    Args:
        seconds: how long each attempt may hold its connection; None: until a cut is requested.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._held: DriverConnection | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.cut_by_caller = False
        """Whether it was cut because its caller's time was over: no evidence against the server."""

    def hold(self, driver_connection: DriverConnection) -> None:
        """Remember it, and cut it when it is held for too long."""
        self.drop()
        self._held = driver_connection
        if self._seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._cut)

    def drop(self) -> None:
        """It went back to the pool."""
        self._held = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def terminate(self) -> None:
        """The caller's time is over: code that waits on the connection gets an error now."""
        self.cut_by_caller = True
        self._cut()

    def _cut(self) -> None:
        if self._held is not None:
            self._held.terminate()
