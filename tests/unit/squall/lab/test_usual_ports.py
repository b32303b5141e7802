"""Addresses that stand fixed in the source lead to the lab, where the network is its own."""

from __future__ import annotations

import socket
import sys

import pytest
from squall.lab.endpoint import PORTS
from squall.lab.isolation import usual_ports
from squall.lab.isolation.protection import Protection
from squall.lab.isolation.usual_ports import give_back, hosts_lines, take_port


@pytest.fixture
def usual() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def protect(monkeypatch: pytest.MonkeyPatch, kind: Protection) -> None:
    monkeypatch.setattr(usual_ports, "protection", lambda: kind)


def test_one_lab_has_the_usual_port_and_the_next_one_gets_it_afterwards(
    monkeypatch: pytest.MonkeyPatch, usual: int
) -> None:
    protect(monkeypatch, Protection.NAMESPACE)
    assert take_port(usual) == usual
    assert take_port(usual) in PORTS
    give_back([usual, 1])
    assert take_port(usual) == usual
    give_back([usual])


@pytest.mark.parametrize("kind", [Protection.LANDLOCK, Protection.NONE])
def test_where_the_machine_is_shared_its_usual_ports_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, usual: int, kind: Protection
) -> None:
    protect(monkeypatch, kind)
    assert take_port(usual) in PORTS


def test_a_port_that_somebody_has_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    protect(monkeypatch, Protection.NAMESPACE)
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert take_port(other.getsockname()[1]) in PORTS


@pytest.mark.skipif(sys.platform != "linux", reason="a private network is Linux's")
def test_connections_of_the_lab_before_do_not_keep_its_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The side that closes first keeps the port for a minute (TIME_WAIT)."""
    protect(monkeypatch, Protection.NAMESPACE)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)) as client:
            listener.accept()[0].close()
            assert client.recv(1) == b""
        assert take_port(port) != port
    assert take_port(port) == port
    give_back([port])


def test_the_services_of_a_project_are_names_of_the_lab_each_once() -> None:
    lines = hosts_lines(["shop-db", "db"]).splitlines()
    assert {"127.0.0.1 shop-db", "127.0.0.1 db", "127.0.0.1 redis"} <= set(lines)
    assert len(lines) == len(set(lines))
