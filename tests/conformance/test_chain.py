"""Several toxics in a row: in the order of their addition, each direction for itself."""

from __future__ import annotations

import time

from tests.conformance.bench import SLACK, noise, receive, rest, silent, travel
from tests.conformance.conftest import Bench


def test_a_limit_behind_a_latency_counts_late(bench: Bench) -> None:
    route = bench.route()
    route.toxic("latency", latency=150)
    route.toxic("limit_data", bytes=3)
    client, server = route.pair()
    begun = time.monotonic()
    server.sendall(b"abcdef")
    assert rest(client) == b"abc"
    assert 0.148 <= time.monotonic() - begun < 0.15 + SLACK


def test_a_timeout_before_a_limit_starves_it(bench: Bench) -> None:
    route = bench.route()
    route.toxic("timeout", timeout=0)
    route.toxic("limit_data", bytes=1)
    client, server = route.pair()
    server.sendall(b"lost")
    assert silent(client)


def test_a_timeout_behind_a_limit_does_not(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=1)
    route.toxic("timeout", timeout=0)
    client, server = route.pair()
    server.sendall(b"lost")
    assert rest(client) == b""


def test_a_bandwidth_of_zero_wakes_a_limit_behind_it(bench: Bench) -> None:
    """An empty slice goes after 100 ms; it reaches the limit, and no socket."""
    route = bench.route()
    route.toxic("bandwidth", rate=0)
    route.toxic("limit_data", bytes=0)
    client, server = route.pair()
    begun = time.monotonic()
    server.sendall(b"a")
    assert rest(client) == b""
    assert 0.098 <= time.monotonic() - begun < 0.1 + SLACK


def test_a_bandwidth_of_zero_passes_no_byte_to_a_limit(bench: Bench) -> None:
    route = bench.route()
    stall = route.toxic("bandwidth", rate=0)
    route.toxic("limit_data", bytes=1)
    client, server = route.pair()
    server.sendall(b"a")
    assert silent(client, 0.25)
    route.update(stall, rate=100)
    assert rest(client) == b"a"


def test_a_new_toxic_goes_to_the_end_on_live_connections_too(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("slicer", average_size=1, size_variation=0, delay=50_000)
    route.toxic("limit_data", bytes=2)
    server.sendall(b"abc")
    assert [client.recv(9), client.recv(9), client.recv(9)] == [b"a", b"b", b""]


def test_removing_the_first_of_two_keeps_the_second(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    first = route.toxic("latency", more={"name": "first"}, latency=60_000)
    route.toxic("latency", more={"name": "second"}, latency=100)
    server.sendall(b"held")
    assert silent(client)
    route.remove(first)
    assert receive(client, 4) == b"held"
    assert 0.098 <= travel(server, client) < 0.1 + SLACK


def test_removing_the_second_of_two_keeps_the_first(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("latency", more={"name": "first"}, latency=100)
    second = route.toxic("latency", more={"name": "second"}, latency=60_000)
    server.sendall(b"held")
    time.sleep(0.2)
    route.remove(second)
    assert receive(client, 4) == b"held"
    assert 0.098 <= travel(server, client) < 0.1 + SLACK


def test_directions_do_not_mix(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", "upstream", bytes=3)
    client, server = route.pair()
    travel(server, client, noise(10_000))
    client.sendall(b"abcd")
    assert rest(server) == b"abc"


MILD: dict[str, dict[str, int]] = {
    "noop": {},
    "latency": {"latency": 5},
    "bandwidth": {"rate": 10_000},
    "slicer": {"average_size": 500, "size_variation": 50},
    "slow_close": {"delay": 5},
    "limit_data": {"bytes": 1_000_000},
}


def test_bytes_pass_without_toxics_and_with_every_one_added(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    travel(server, client, noise(5000))
    for kind, attributes in MILD.items():
        route.toxic(kind, more={"attributes": attributes})
        travel(server, client, noise(5000))
    for toxic in route.shown()["toxics"]:
        route.remove(toxic["name"])
        travel(server, client, noise(5000))


def test_toxics_are_there_when_a_connection_opens(bench: Bench) -> None:
    route = bench.route()
    for kind, attributes in MILD.items():
        route.toxic(kind, more={"attributes": attributes})
    client, server = route.pair()
    assert travel(server, client, noise(5000)) >= 0.004
    server.close()
    assert rest(client) == b""
