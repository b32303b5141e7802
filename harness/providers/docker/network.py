"""The network of one lab, in which every part has a fixed address.

The engine's name server forgets a container that is down, and asks the machine's own one instead:
where that does not answer, whoever dials the dead database waits 10 s for its name, and the lab
recovers so much later than the database. So names stand in ``/etc/hosts``, which needs addresses
that outlast a restart, and these need a subnet that was asked for.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool
from testcontainers.core.docker_client import DockerClient

from harness.core.errors import LabError
from harness.providers.docker.engine import BROKEN

PLACES = {
    "toxiproxy": 10,
    "meter": 11,
    "app": 12,
    "postgres": 20,
    # Who fails over more often than that finds the later ones by the engine's name server.
    **{f"postgres-{number}": 20 + number for number in range(2, 10)},
}
"""Host numbers by alias; the engine gives its own gateway 1."""

LEAST_ADDRESSES = 64
"""Of an engine that hands out smaller subnets the containers get any address, and no such lines."""

TRIES = 20
"""Labs that start at the same time take subnets from each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network that is there."""

    name: str
    subnet: ipaddress.IPv4Network

    def address(self, alias: str) -> str | None:
        """Of the part of this alias; None when it may be any."""
        return self.hosts().get(alias)

    def hosts(self) -> Mapping[str, str]:
        """Lines of ``/etc/hosts``."""
        if self.subnet.num_addresses < LEAST_ADDRESSES:
            return {}
        return {alias: str(self.subnet[place]) for alias, place in PLACES.items()}


def made(client: DockerClient, name: str, labels: Mapping[str, str]) -> Network:
    """Make it, on a subnet that the engine has free.

    Raises:
        LabError: the engine refuses, with its words.
    """
    refused: Exception | None = None
    for _ in range(TRIES):
        try:
            subnet = _free(client, name, labels)
            pool = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])
            client.client_networks_create(name, {"labels": dict(labels), "ipam": pool})
        except APIError as error:  # somebody was quicker: the subnet overlaps
            refused = error
        except BROKEN as error:
            raise LabError(f"no network for the lab: {error}") from error
        else:
            return Network(name=name, subnet=subnet)
    raise LabError(f"no network for the lab: {refused}") from refused


def _free(client: DockerClient, name: str, labels: Mapping[str, str]) -> ipaddress.IPv4Network:
    """The subnet that the engine itself would choose."""
    trial: Any = client.client_networks_create(name, {"labels": dict(labels)})
    try:
        trial.reload()
        return ipaddress.IPv4Network(trial.attrs["IPAM"]["Config"][0]["Subnet"])
    finally:
        trial.remove()
