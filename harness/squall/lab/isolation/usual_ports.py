"""In a private network, ports and names that apps commonly hard-code lead to the lab.

    localhost:5432, db:5432     ──▶ the proxy in front of the lab's PostgreSQL
    redis:6379                  ──▶ the proxy in front of the lab's Redis

In a network namespace the usual ports are free, and ``/etc/hosts`` is private. A hard-coded address
then needs no variable. Only one lab at a time has these ports: another lab of the same process gets
free ports, as without a namespace.
"""

from __future__ import annotations

from collections.abc import Iterable

from squall.lab.endpoint import free_port, is_free
from squall.lab.isolation.protection import Protection, protection

POSTGRES = 5432
REDIS = 6379
USUAL_NAMES = ("db", "database", "postgres", "postgresql", "postgres_db", "pg", "redis", "cache",
               "valkey", "host.docker.internal")  # fmt: skip
"""Common names of these servers in compose files."""


class _Given:
    """The state of this process."""

    ports: set[int] = set()  # noqa: RUF012 - one set for the process is meant


def take_port(usual: int) -> int:
    """The usual port if the network is private and the port is unused; else a free port."""
    if protection() is not Protection.NAMESPACE or usual in _Given.ports or not is_free(usual):
        return free_port()
    _Given.ports.add(usual)
    return usual


def give_back(ports: Iterable[int]) -> None:
    """Release the ports for the next lab."""
    _Given.ports.difference_update(ports)


def hosts_lines(names: Iterable[str]) -> str:
    """Lines of a hosts file that point these names to the lab, without duplicates."""
    ours = sorted({*USUAL_NAMES, *names})
    return "".join(f"127.0.0.1 {name}\n" for name in ours)
