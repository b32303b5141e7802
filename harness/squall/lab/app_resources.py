"""What processes hold of the machine: what an app forgets to give back adds up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldResources:
    """What an app's processes hold, all together."""

    descriptors: int
    """Open files and sockets.

    Connections that clients opened to the app do not count: the clients decide when they end. Nor
    do live ones to other servers than the database: a client of Redis keeps what the load made it
    open.
    """
    threads: int
    memory_bytes: int
    """Resident."""


def held_resources(
    processes: Sequence[psutil.Process], port: int, pooled: Collection[int] = ()
) -> HeldResources | None:
    """What the processes hold; ``port``: where clients connect; ``pooled``: ports of servers.

    Returns:
        None when there is no process, or the system does not show its files.
    """
    descriptors = threads = memory = 0
    for process in processes:
        try:
            connections = process.net_connections("tcp")
            descriptors += process.num_fds()
            threads += process.num_threads()
            memory += process.memory_info().rss
        except (psutil.Error, OSError):
            return None
        descriptors -= sum(_is_client(one, port) or _is_pooled(one, pooled) for one in connections)
    held = HeldResources(descriptors=descriptors, threads=threads, memory_bytes=memory)
    return held if processes else None


def _is_client(connection: Any, port: int) -> bool:  # noqa: ANN401 - psutil's tuple
    return bool(connection.raddr) and connection.laddr.port == port


def _is_pooled(connection: Any, ports: Collection[int]) -> bool:  # noqa: ANN401 - psutil's tuple
    live = connection.status == psutil.CONN_ESTABLISHED
    return live and bool(connection.raddr) and connection.raddr.port in ports
