"""reset_peer: the first byte or end is swallowed, then both ends get RST after its time."""

from __future__ import annotations

import time

import pytest

from tests.conformance.bench import SLACK, ending, silent, travel
from tests.conformance.conftest import Bench

STREAMS = ["upstream", "downstream"]


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("timeout", [0, 100])
def test_the_first_byte_resets_after_its_time(bench: Bench, stream: str, timeout: int) -> None:
    route = bench.route()
    route.toxic("reset_peer", stream, timeout=timeout)
    client, server = route.pair()
    begun = time.monotonic()
    (client if stream == "upstream" else server).sendall(b"x")
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert (timeout - 2) / 1000 <= time.monotonic() - begun < timeout / 1000 + SLACK
    assert client.recv(1) == b""
    assert ending(server) == "reset"


def test_an_end_counts_as_a_byte(bench: Bench) -> None:
    route = bench.route()
    route.toxic("reset_peer", timeout=0)
    client, server = route.pair()
    server.close()
    assert ending(client) == "reset"


def test_an_idle_connection_is_left_alone(bench: Bench) -> None:
    route = bench.route()
    route.toxic("reset_peer", timeout=0)
    client, _ = route.pair()
    assert silent(client)


def test_a_connection_that_was_open_before(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    travel(server, client)
    route.toxic("reset_peer", timeout=0)
    server.sendall(b"x")
    assert ending(client) == bench.differs("reset-live", embedded="reset", toxiproxy="closed")


def test_toxicity_0(bench: Bench) -> None:
    route = bench.route()
    route.toxic("reset_peer", more={"toxicity": 0}, timeout=0)
    client, server = route.pair()
    travel(server, client)
    server.close()
    expected = bench.differs("reset-toxicity", embedded="closed", toxiproxy="reset")
    assert ending(client) == expected


def test_new_connections_work_after_its_removal(bench: Bench) -> None:
    route = bench.route()
    route.remove(route.toxic("reset_peer", timeout=0))
    client, server = route.pair()
    travel(server, client)


def test_its_removal_while_it_waits(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("reset_peer", timeout=600)
    client, server = route.pair()
    server.sendall(b"x")
    assert silent(client)
    begun = time.monotonic()
    route.remove(name)
    waited = time.monotonic() - begun >= 0.3
    assert waited is bench.differs("reset-removal", embedded=False, toxiproxy=True)
    assert ending(client) == "reset"
