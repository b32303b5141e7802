"""Create the containers of one lab, with their own network, labels, and ports on loopback."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker import version as docker_version
from docker.errors import DockerException
from docker.types import EndpointConfig
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.transferable import build_transfer_tar

from squall.core.errors import LabError
from squall.lab.providers.docker import reaper
from squall.lab.providers.docker.container_network import ContainerNetwork, create_network
from squall.lab.providers.docker.docker_client import connect
from squall.lab.providers.process.watchdog import Watchdog

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """The specification of a container."""

    image: str
    alias: str
    """Its name for the other containers of the lab."""
    ports: Mapping[int, int]
    """Port inside, fixed, to port on this machine's loopback. Also fixed, because a restarted
    container would otherwise get another one.
    """
    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes | Path] = field(default_factory=dict)
    """Content by path inside the container; a directory is copied below its path."""
    user: str | None = None
    working_dir: str | None = None


NO_HEALTH_CHECK = {"test": ["NONE"]}
"""The lab checks health itself; an image's health check would add a process to the app's
container.
"""


class ContainerFactory:
    """Creates containers for one lab, and removes what is left of them."""

    def __init__(self, keeper: Watchdog) -> None:
        self.client: DockerClient = connect()
        self._lab = keeper.lab
        self._labels = reaper.labels(keeper.lab)
        self._lock = threading.Lock()
        self._network: ContainerNetwork | None = None
        keeper.watch_containers()

    def make(self, recipe: ContainerSpec) -> Any:  # noqa: ANN401 - docker ships no types
        """Create a container, not started. The image is pulled if it does not exist here.

        Raises:
            LabError: the Docker engine refuses, or the image cannot be pulled.
        """
        try:
            container = self.client.create(
                recipe.image,
                command=list(recipe.command) if recipe.command else None,
                environment=dict(recipe.environment),
                ports={f"{inner}/tcp": (LOOPBACK, outer) for inner, outer in recipe.ports.items()},
                labels=self._labels,
                healthcheck=NO_HEALTH_CHECK,
                **self._more(recipe),
            )
            for path, content in recipe.files.items():
                container.put_archive("/", build_transfer_tar(content, path))
        except DockerException as error:
            raise LabError(
                f"no container of {recipe.image}: {error}\n  see: docker pull {recipe.image}"
            ) from error
        return container

    def _more(self, recipe: ContainerSpec) -> dict[str, Any]:
        network = self._joined()
        place = EndpointConfig(
            docker_version.__version__,
            aliases=[recipe.alias],
            ipv4_address=network.address(recipe.alias),
        )
        chosen = {"user": recipe.user, "working_dir": recipe.working_dir}
        return {
            "network": network.name,
            "networking_config": {network.name: place},
            "extra_hosts": network.hosts(),
            **{name: value for name, value in chosen.items() if value is not None},
        }

    def _joined(self) -> ContainerNetwork:
        """The lab's network, created on first use."""
        with self._lock:
            if self._network is None:
                self._network = create_network(self.client, f"squall-{self._lab}", self._labels)
            return self._network

    def clear(self) -> None:
        """Remove the network, and containers left by a cancelled start."""
        self.client.client.close()
        reaper.remove(self._lab)
