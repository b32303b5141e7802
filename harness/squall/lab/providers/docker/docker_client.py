"""Connect to Docker as testcontainers does, or fail with a message that lists the usual causes.

Ryuk is never started: the reaper of :mod:`squall.lab.providers.docker.reaper` needs no image. If
other tests in the same process have started Ryuk, Squall's containers carry its label, too.
"""

from __future__ import annotations

import socket

from docker import DockerClient
from docker.errors import DockerException

from squall.core.errors import LabError

try:
    from testcontainers.core.docker_client import DockerClient as Testcontainers
    from testcontainers.core.docker_client import get_docker_host
except RuntimeError as error:  # it looks for its settings when it is imported
    raise LabError(f"testcontainers needs a home: set HOME ({error})") from error

CALL_SECONDS = 30
"""Limit of one call to the engine."""

CAUSES = """\
  1. it does not run: start it (sudo systemctl start docker, or Docker Desktop)
  2. this account may not use it: sudo usermod -aG docker $USER, then log in again
  3. it is somewhere else: set DOCKER_HOST, such as DOCKER_HOST=unix:///path/to/docker.sock
  without Docker: squall check --provider process"""

DEFAULT = "unix:///var/run/docker.sock"
LOCAL = ("localhost", "127.0.0.1", "::1")
BROKEN = (DockerException, OSError)
"""Errors of the SDK. Those of its HTTP library are subclasses of OSError."""


def connect() -> Testcontainers:
    """A client of a Docker engine that answers.

    Raises:
        LabError: none answers, or it is on another machine.
    """
    where = get_docker_host() or DEFAULT
    try:
        _knock(where)
        client = Testcontainers(timeout=CALL_SECONDS)
    except (*BROKEN, OSError, ValueError) as error:
        raise LabError(f"no Docker engine answers at {where} ({error})\n{CAUSES}") from error
    if client.host() not in LOCAL:
        client.client.close()
        raise LabError(
            f"the Docker engine is on {client.host()}, and a lab publishes its ports on loopback"
            " only; run squall on that machine"
        )
    return client


def _knock(where: str) -> None:
    """Check for a listener first: on failure the library would leave its socket unclosed.

    Raises:
        OSError: nothing listens at this Unix socket.
    """
    scheme, _, path = where.partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(CALL_SECONDS)
            door.connect(path)


def plain() -> DockerClient:
    """The library's own client, for listing and removing. The caller closes it.

    Raises:
        LabError: as :func:`connect`.
    """
    return connect().client
