"""Find the containers and networks of a lab by their labels, and remove them.

This happens at three points: when the lab ends; by the watchdog, if the harness was killed; by
``squall clean``, if the watchdog was killed, too.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psutil
from docker import DockerClient

from squall.lab.providers.docker.docker_client import BROKEN, plain

LAB = "squall.lab"
OWNER = "squall.owner"
"""``host/pid/start`` of the harness's process."""

QUIET_SECONDS = 0.5
"""A call sent by the killed harness may still create something, so the search is repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Number of removed objects."""

    containers: int = 0
    networks: int = 0


def labels(lab: str) -> dict[str, str]:
    """Labels of all objects of a lab."""
    born = psutil.Process().create_time()
    return {LAB: lab, OWNER: f"{socket.gethostname()}/{os.getpid()}/{born:.2f}"}


def remove(lab: str, *, quiet_rounds: int = 1, seconds: float = 8.0) -> Removed:
    """Remove all objects of one lab. Returns after this many rounds without a find.

    Raises:
        LabError: no Docker engine answers.
    """
    with closing(plain()) as client:
        return _removed(client, lab, quiet_rounds, seconds)


def _removed(client: DockerClient, lab: str, quiet_rounds: int, seconds: float) -> Removed:
    done = Removed()
    ends = time.monotonic() + seconds
    quiet = 0
    while quiet < quiet_rounds and time.monotonic() < ends:
        more = _sweep(client, lambda found: found.get(LAB) == lab)
        done = Removed(
            containers=done.containers + more.containers, networks=done.networks + more.networks
        )
        quiet = quiet + 1 if more == Removed() else 0
        if 0 < quiet < quiet_rounds:
            time.sleep(QUIET_SECONDS)
    return done


def clean(*, everything: bool = False) -> Removed:
    """Remove objects of labs whose harness is gone; or all objects with Squall's label.

    Raises:
        LabError: no Docker engine answers.
    """
    with closing(plain()) as client:
        return _sweep(client, lambda found: everything or orphaned(found.get(OWNER, "")))


def orphaned(owner: str) -> bool:
    """Whether the process that started a lab on this machine is gone."""
    host, _, rest = owner.partition("/")
    pid, _, born = rest.partition("/")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" != born
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _sweep(client: DockerClient, wanted: Callable[[dict[str, str]], bool]) -> Removed:
    """One round. Containers first, because a network in use cannot be removed."""
    containers = [
        c for c in _listed(client.containers, all=True, ignore_removed=True) if wanted(c.labels)
    ]
    with ThreadPoolExecutor(max_workers=4) as pool:
        gone = sum(pool.map(_container_gone, containers))
    networks = [n for n in _listed(client.networks) if wanted(n.attrs.get("Labels") or {})]
    return Removed(containers=gone, networks=sum(map(_network_gone, networks)))


def _listed(collection: Any, **more: bool) -> Iterable[Any]:  # noqa: ANN401 - docker ships no types
    try:
        return list(collection.list(filters={"label": LAB}, **more))
    except BROKEN:  # removed between the list and this query
        return []


def _container_gone(container: Any) -> bool:  # noqa: ANN401 - the same
    try:
        container.remove(force=True, v=True)
    except BROKEN:  # another process removes it, or the next round does
        return False
    return True


def _network_gone(network: Any) -> bool:  # noqa: ANN401 - the same
    try:
        network.remove()
    except BROKEN:
        return False
    return True
