"""The containers that ``docker-compose.yml`` started: found by label, used, never removed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docker import DockerClient
from squall_faults.errors import InjectionFailed
from squall_faults.toxiproxy import ToxiproxyServer

from squall.core.errors import LabError
from squall.lab.credentials import DatabaseSecrets
from squall.lab.endpoint import Endpoint
from squall.lab.providers.docker.app_container import AppContainer
from squall.lab.providers.docker.container import Container
from squall.lab.providers.docker.container_factory import LOOPBACK
from squall.lab.providers.docker.docker_client import BROKEN
from squall.lab.providers.docker.engine_container import API_PORT
from squall.lab.providers.docker.postgres_container import PORT, PostgresContainer

PART = "squall.part"
PROJECT = "com.docker.compose.project"
PARTS = ("postgres", "toxiproxy", "meter", "app")
READY_PATH = "/readyz"
APP_PORT = 8000
START = "start them with: make up"


def find(client: DockerClient) -> Mapping[str, Any]:
    """The containers by component, of one project: that of COMPOSE_PROJECT_NAME if it is set.

    Raises:
        LabError: a component is missing, or several projects are up.
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
    """The address on this machine that publishes a container's port, running or not.

    Raises:
        LabError: it is not published.
    """
    bound = container.attrs["HostConfig"]["PortBindings"] or {}
    places = bound.get(f"{inner}/tcp")
    if not places:
        raise LabError(f"port {inner} of {container.name} is not published; {START}")
    return Endpoint(places[0]["HostIp"] or LOOPBACK, int(places[0]["HostPort"]))


def postgres(found: Mapping[str, Any], directory: Path) -> PostgresContainer:
    """The project's PostgreSQL, with the password with which it was started."""
    container = found["postgres"]
    words = dict(text.split("=", 1) for text in container.attrs["Config"]["Env"])
    box = Container(
        "PostgreSQL (compose)", directory / "postgres.log", lambda: container, adopted=True
    )
    port = published(container, PORT).port
    password = words.get("POSTGRES_PASSWORD", "")
    return PostgresContainer(box, port, DatabaseSecrets(app=password, admin=password))


def app(found: Mapping[str, Any], directory: Path) -> AppContainer:
    """The project's app."""
    container = found["app"]
    box = Container("the app (compose)", directory / "app.log", lambda: container, adopted=True)
    return AppContainer(box, published(container, APP_PORT).port, READY_PATH)


class ComposeEngine:
    """A proxy that is already running."""

    token = ""
    """Its metering proxy is open like its Toxiproxy: people use both directly."""
    unasked_end = ""
    """Unknown: if the container exits, calls fail."""

    def __init__(self, container: Any) -> None:  # noqa: ANN401 - docker ships no types
        self._name = container.name
        self.api = published(container, API_PORT)

    async def start(self, seed: int) -> None:  # noqa: ARG002 - it was seeded when it was started
        """Check that it answers, and that no fault is in force.

        Raises:
            LabError: it does not answer, or someone else's fault is in force.
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
        """Does nothing: the container keeps running."""
