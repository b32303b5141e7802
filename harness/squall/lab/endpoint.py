"""Addresses and ports of a lab's components."""

from __future__ import annotations

import random
import socket
import sys
from collections import deque
from dataclasses import dataclass

from squall.core.errors import LabError
from squall.core.port_claims import PortClaims

PORTS = range(15_000, 32_000)
"""Below the kernel's ephemeral range (32768 up on Linux): no outgoing connection can take the port
of a server that is down for a moment.
"""

TRIES = 200

MAX_RECENT = 500

_RECENT: deque[int] = deque()
"""Ports that this process was given: a component binds its own some time after it was chosen."""

_CLAIMS = PortClaims()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A TCP address."""

    host: str
    port: int

    def __str__(self) -> str:
        """``host:port``."""
        return f"{self.host}:{self.port}"


def free_port() -> int:
    """A loopback port on which nothing listens now, and that no Squall of this account has drawn
    lately.

    Raises:
        LabError: no free port was found.
    """
    draws = random.SystemRandom()
    for _ in range(TRIES):
        port = draws.choice(PORTS)
        if port not in _RECENT and is_free(port) and _CLAIMS.take(port):
            _remember(port)
            return port
    raise LabError(f"no free port from {PORTS.start} to {PORTS.stop} on 127.0.0.1")


def is_free(port: int) -> bool:
    """Whether nothing listens on a loopback port now. Connections that were closed do not count."""
    with socket.socket() as probe:
        if sys.platform == "linux":  # elsewhere this also ignores what listens on 0.0.0.0
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _remember(port: int) -> None:
    if len(_RECENT) == MAX_RECENT:
        _CLAIMS.give_back(_RECENT.popleft())
    _RECENT.append(port)
