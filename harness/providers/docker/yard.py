"""Where the containers of one lab live: a network of their own, labels, ports on loopback."""

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

from harness.core.errors import LabError
from harness.providers.docker import reaper
from harness.providers.docker.engine import connect
from harness.providers.docker.network import Network, made
from harness.providers.process.keeper import Keeper

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a container is made of."""

    image: str
    alias: str
    """Its name for the other containers of the lab."""
    ports: Mapping[int, int]
    """Port inside, fixed, to port on this machine's loopback: fixed, too, for a container that is
    started anew would get another one."""
    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes | Path] = field(default_factory=dict)
    """Content by path inside; a directory is copied below its path."""
    user: str | None = None
    working_dir: str | None = None


NO_HEALTH_CHECK = {"test": ["NONE"]}
"""The lab asks by itself, and each of an image's questions would be a process beside the app's."""


class Yard:
    """Makes containers for one lab, and removes what is left of them."""

    def __init__(self, keeper: Keeper) -> None:
        self.client: DockerClient = connect()
        self._lab = keeper.lab
        self._labels = reaper.labels(keeper.lab)
        self._lock = threading.Lock()
        self._network: Network | None = None
        keeper.watch_containers()

    def make(self, recipe: Recipe) -> Any:  # noqa: ANN401 - docker ships no types
        """Create a container, not started; its image is pulled when it is not there.

        Raises:
            LabError: the engine refuses, or the image cannot be had.
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

    def _more(self, recipe: Recipe) -> dict[str, Any]:
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

    def _joined(self) -> Network:
        """The lab's network, made now if it is not there."""
        with self._lock:
            if self._network is None:
                self._network = made(self.client, f"squall-{self._lab}", self._labels)
            return self._network

    def clear(self) -> None:
        """Remove the network, and containers that a cancelled start left."""
        self.client.client.close()
        reaper.remove(self._lab)
