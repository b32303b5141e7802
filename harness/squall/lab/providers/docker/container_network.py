"""The network of one lab, in which every component has a fixed address.

Docker's name server forgets a container that is down, and forwards the query to the machine's name
server. If that does not answer, a client that connects to the dead database waits 10 s for its
name, and the lab recovers that much later than the database. So names are in ``/etc/hosts``, which
needs addresses that outlast a restart, and these need an explicit subnet.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool
from testcontainers.core.docker_client import DockerClient

from squall.core.errors import LabError
from squall.lab.providers.docker.docker_client import BROKEN

PLACES = {
    "toxiproxy": 10,
    "meter": 11,
    "app": 12,
    "postgres": 20,
    # If there are more failovers than this, later servers are found through Docker's name server.
    **{f"postgres-{number}": 20 + number for number in range(2, 10)},
}
"""Host numbers by alias. Docker gives its gateway number 1."""

MIN_ADDRESSES = 64
"""If Docker assigns smaller subnets, containers get any address and no such lines."""

TRIES = 20
"""Labs that start at the same time compete for subnets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerNetwork:
    """An existing network."""

    name: str
    subnet: ipaddress.IPv4Network

    def address(self, alias: str) -> str | None:
        """The address for this alias; None if it may be any."""
        return self.hosts().get(alias)

    def hosts(self) -> Mapping[str, str]:
        """Lines of ``/etc/hosts``."""
        if self.subnet.num_addresses < MIN_ADDRESSES:
            return {}
        return {alias: str(self.subnet[place]) for alias, place in PLACES.items()}


def create_network(client: DockerClient, name: str, labels: Mapping[str, str]) -> ContainerNetwork:
    """Create it, on a subnet that Docker reports as free.

    Raises:
        LabError: the Docker engine refuses; the message has its error.
    """
    refused: Exception | None = None
    for _ in range(TRIES):
        try:
            subnet = _free(client, name, labels)
            pool = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])
            client.client_networks_create(name, {"labels": dict(labels), "ipam": pool})
        except APIError as error:  # another lab was faster: the subnet overlaps
            refused = error
        except BROKEN as error:
            raise LabError(f"no network for the lab: {error}") from error
        else:
            return ContainerNetwork(name=name, subnet=subnet)
    raise LabError(f"no network for the lab: {refused}") from refused


def _free(client: DockerClient, name: str, labels: Mapping[str, str]) -> ipaddress.IPv4Network:
    """The subnet that Docker itself would choose."""
    trial: Any = client.client_networks_create(name, {"labels": dict(labels)})
    try:
        trial.reload()
        return ipaddress.IPv4Network(trial.attrs["IPAM"]["Config"][0]["Subnet"])
    finally:
        trial.remove()
