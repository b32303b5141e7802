"""Addresses: ports that no outgoing connection can take while a server is down for a moment."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from squall.core.errors import LabError
from squall.lab import endpoint
from squall.lab.endpoint import Endpoint, free_port

EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_an_address_is_written_as_hosts_and_ports_are() -> None:
    assert str(Endpoint("127.0.0.1", 80)) == "127.0.0.1:80"


def test_a_free_port_can_be_taken() -> None:
    for _ in range(20):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", free_port()))


@pytest.mark.skipif(not EPHEMERAL.exists(), reason="not Linux")
def test_ports_lie_below_those_that_the_kernel_gives_away() -> None:
    assert endpoint.PORTS.stop <= 32_768


def test_when_every_port_is_taken_the_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(endpoint, "PORTS", range(port, port + 1))
        with pytest.raises(LabError, match=rf"no free port from {port} to {port + 1}"):
            free_port()
