"""timeout: swallows one direction, closes after idle ms; 0 never; its removal closes."""

from __future__ import annotations

import time

import pytest

from tests.conformance.bench import SLACK, ending, receive, rest, silent, travel
from tests.conformance.conftest import Bench


@pytest.mark.parametrize("live", [False, True])
def test_it_closes_after_its_time(bench: Bench, live: bool) -> None:
    route = bench.route()
    ends = route.pair() if live else None
    begun = time.monotonic()
    route.toxic("timeout", timeout=150)
    client, server = ends or route.pair()
    assert (rest(client), rest(server)) == (b"", b"")
    assert 0.148 <= time.monotonic() - begun < 0.15 + SLACK


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_it_swallows_one_direction_only(bench: Bench, stream: str) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("timeout", stream, timeout=0)
    sender, receiver = (client, server) if stream == "upstream" else (server, client)
    sender.sendall(b"lost")
    assert silent(receiver)
    travel(receiver, sender)


def test_each_byte_starts_its_time_again(bench: Bench) -> None:
    route = bench.route()
    route.toxic("timeout", timeout=250)
    client, server = route.pair()
    begun = time.monotonic()
    for _ in range(4):
        server.sendall(b"x")
        assert silent(client, 0.1)
    assert rest(client) == b""
    assert time.monotonic() - begun >= 0.548


def test_an_update_starts_its_time_again(bench: Bench) -> None:
    route = bench.route()
    client, _ = route.pair()
    name = route.toxic("timeout", timeout=60_000)
    begun = time.monotonic()
    route.update(name, timeout=100)
    assert rest(client) == b""
    assert 0.098 <= time.monotonic() - begun < 0.1 + SLACK


def test_0_never_closes_but_passes_a_close_on(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("timeout", timeout=0)
    assert silent(client)
    server.close()
    assert ending(client) == "closed"


def test_its_removal_from_connections_that_it_does_not_hit(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    name = route.toxic("timeout", more={"toxicity": 0}, timeout=0)
    travel(server, client)
    route.remove(name)
    if bench.differs("timeout-not-hit", embedded=True, toxiproxy=False):
        travel(server, client)
    else:
        assert ending(client) == "closed"


def test_its_removal_closes_both_ends(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    name = route.toxic("timeout", timeout=0)
    begun = time.monotonic()
    route.remove(name)
    assert (ending(client), ending(server)) == ("closed", "closed")
    assert time.monotonic() - begun < 1


def test_a_latency_in_front_of_it_is_removed_at_once(bench: Bench) -> None:
    route = bench.route()
    first = route.toxic("latency", latency=60_000)
    second = route.toxic("timeout", timeout=0)
    client, server = route.pair()
    server.sendall(b"lost")
    begun = time.monotonic()
    route.remove(first)
    assert time.monotonic() - begun < 1
    assert silent(client)
    route.remove(second)
    assert (ending(client), ending(server)) == ("closed", "closed")


def test_new_connections_work_after_its_removal(bench: Bench) -> None:
    route = bench.route()
    route.remove(route.toxic("timeout", timeout=0))
    client, server = route.pair()
    server.sendall(b"here")
    assert receive(client, 4) == b"here"
