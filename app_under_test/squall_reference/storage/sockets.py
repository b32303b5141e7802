"""The sockets below the pool: hardened when they are made, aborted when nothing else ends a wait.

asyncpg sets no keep-alive. With it the kernel finds an idle connection whose peer is gone;
TCP_USER_TIMEOUT ends one whose bytes are not acknowledged. Neither sees a peer that is frozen but
still acknowledges: for that there are time-outs (see :mod:`squall_reference.resilience.timeouts`).
"""

from __future__ import annotations

import socket
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

KEEPALIVE_IDLE_SECONDS = 5
KEEPALIVE_INTERVAL_SECONDS = 2
KEEPALIVE_PROBES = 3


def options(kernel_seconds: float) -> list[tuple[int, int, int]]:
    """Level, option, value; those that this system has."""
    wanted = [
        ("TCP_KEEPIDLE", KEEPALIVE_IDLE_SECONDS),
        ("TCP_KEEPINTVL", KEEPALIVE_INTERVAL_SECONDS),
        ("TCP_KEEPCNT", KEEPALIVE_PROBES),
        ("TCP_USER_TIMEOUT", int(kernel_seconds * 1000)),
    ]
    known = [(getattr(socket, name, None), value) for name, value in wanted]
    return [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *((socket.IPPROTO_TCP, name, value) for name, value in known if name is not None),
    ]


class Sockets:
    """Every connection of an engine that is alive."""

    def __init__(self, kernel_seconds: float) -> None:
        self._options = options(kernel_seconds)
        self._live: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        """With the generation of each: how many losses it has been opened after."""
        self._idle: WeakSet[Any] = WeakSet()
        self._generation = 0

    def connected(self, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's, wrapped
        """SQLAlchemy's ``connect`` event; a Unix socket has none of the options, and needs none."""
        driver = connection.driver_connection
        self._live[driver] = self._generation
        found = driver._transport.get_extra_info("socket")  # noqa: SLF001 - there is no public way
        if found is not None and found.family in (socket.AF_INET, socket.AF_INET6):
            for level, name, value in self._options:
                found.setsockopt(level, name, value)

    def checked_out(self, connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401 - the driver's, wrapped
        """SQLAlchemy's ``checkout`` event."""
        self._idle.discard(connection.driver_connection)

    def checked_in(self, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's, wrapped
        """SQLAlchemy's ``checkin`` event; there is no connection when it was invalidated."""
        if connection is not None:
            self._idle.add(connection.driver_connection)

    def abort_idle(self) -> None:
        """Close the idle ones, when an outage is known.

        Else the pool says farewell to each of them, and waits two seconds for an answer.
        """
        for driver in list(self._idle):
            driver.terminate()

    def give_up(self, driver: Any) -> None:  # noqa: ANN401 - asyncpg's
        """The pool will replace all connections that are as old as this lost one: let go of them.

        It does so one by one, as each is wanted; until then they hold places at the server. What
        was opened since the first of them was lost stays.
        """
        if self._live.get(driver) == self._generation:
            self._generation += 1
            self.abort_idle()

    def abort(self) -> None:
        """Close all of them without waiting for anything."""
        for driver in list(self._live):
            driver.terminate()
