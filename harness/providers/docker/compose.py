"""The containers that ``docker-compose.yml`` started: found by label, used, never removed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docker import DockerClient

from faults.errors import InjectionFailed
from faults.toxiproxy import ToxiproxyServer
from harness.core.errors import LabError
from harness.providers.base import Endpoint
from harness.providers.docker.app import AppContainer
from harness.providers.docker.box import Box
from harness.providers.docker.engine import BROKEN
from harness.providers.docker.postgres import PORT, PostgresContainer
from harness.providers.docker.proxy import API_PORT
from harness.providers.docker.yard import LOOPBACK

PART = "squall.part"
PROJECT = "com.docker.compose.project"
PARTS = ("postgres", "toxiproxy", "meter", "app")
READY_PATH = "/readyz"
APP_PORT = 8000
START = "start them with: make up"


def find(client: DockerClient) -> Mapping[str, Any]:
    """The containers by their part, of one project: that of COMPOSE_PROJECT_NAME if it is set.

    Raises:
        LabError: a part is missing, or several projects are up.
    """
    wanted = os.environ.get("COMPOSE_PROJECT_NAME")
    try:
        containers = client.containers.list(all=True, filters={"label": PART}, ignore_removed=True)
    except BROKEN as error:
        raise LabError(f"the Docker engine refused: {error}") from error
    projects: dict[str, dict[str, Any]] = {}
    for container in containers:
        project = container.labels.get(PROJECT, "")
        if wanted in (None, project):
            projects.setdefault(project, {})[container.labels[PART]] = container
    if len(projects) > 1:
        names = ", ".join(sorted(projects))
        raise LabError(f"several projects are up ({names}); set COMPOSE_PROJECT_NAME to one")
    found = next(iter(projects.values()), {})
    missing = [part for part in PARTS if part not in found]
    if missing:
        raise LabError(f"no container of docker-compose.yml for {', '.join(missing)}; {START}")
    return found


def published(container: Any, inner: int) -> Endpoint:  # noqa: ANN401 - docker ships no types
    """Where a port of a container is on this machine, whether it runs or not.

    Raises:
        LabError: it is not published.
    """
    bound = container.attrs["HostConfig"]["PortBindings"] or {}
    places = bound.get(f"{inner}/tcp")
    if not places:
        raise LabError(f"port {inner} of {container.name} is not published; {START}")
    return Endpoint(places[0]["HostIp"] or LOOPBACK, int(places[0]["HostPort"]))


def postgres(found: Mapping[str, Any], directory: Path) -> PostgresContainer:
    """Its PostgreSQL, with the password that it was started with."""
    container = found["postgres"]
    words = dict(text.split("=", 1) for text in container.attrs["Config"]["Env"])
    box = Box("PostgreSQL (compose)", directory / "postgres.log", lambda: container, adopted=True)
    port = published(container, PORT).port
    return PostgresContainer(box, port, password=words.get("POSTGRES_PASSWORD", ""))


def app(found: Mapping[str, Any], directory: Path) -> AppContainer:
    """Its app."""
    container = found["app"]
    box = Box("the app (compose)", directory / "app.log", lambda: container, adopted=True)
    return AppContainer(box, published(container, APP_PORT).port, READY_PATH)


class Engine:
    """A proxy that runs already."""

    def __init__(self, container: Any) -> None:  # noqa: ANN401 - docker ships no types
        self._name = container.name
        self.api = published(container, API_PORT)

    async def start(self, seed: int) -> None:  # noqa: ARG002 - it was seeded when it was started
        """See that it answers, and that nothing is in force.

        Raises:
            LabError: it does not, or somebody else's fault is.
        """
        try:
            left = await ToxiproxyServer(self.api.host, self.api.port).whole()
        except InjectionFailed as error:
            raise LabError(
                f"{self._name} does not answer at {self.api}: {error}; {START}"
            ) from error
        if left:
            raise LabError(f"{self._name} is not whole: {left}; {START.replace('start', 'make')}")

    async def close(self) -> None:
        """It is not ours."""
