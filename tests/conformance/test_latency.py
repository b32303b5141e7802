"""latency: a delay in ms, counted from a chunk's arrival, with jitter, in order."""

from __future__ import annotations

import threading
import time

import pytest

from tests.conformance.bench import PATIENCE, SLACK, noise, receive, rest, silent, travel
from tests.conformance.conftest import Bench

STREAMS = ["upstream", "downstream"]
MESSAGE = noise(40_000)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize(("latency", "jitter"), [(100, 0), (120, 20), (0, 0), (0, 30)])
def test_the_delay_is_latency_within_jitter_in_one_direction(
    bench: Bench, stream: str, latency: int, jitter: int
) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("latency", stream, latency=latency, jitter=jitter)
    sender, receiver = (client, server) if stream == "upstream" else (server, client)
    for _ in range(3):
        took = travel(sender, receiver, MESSAGE)
        assert max(0, latency - jitter - 2) / 1000 <= took < (latency + jitter) / 1000 + SLACK
        assert travel(receiver, sender, MESSAGE) < SLACK


def test_both_directions_add_up_in_a_round_trip(bench: Bench) -> None:
    route = bench.route()
    for stream, latency in (("upstream", 60), ("downstream", 90)):
        route.toxic("latency", stream, latency=latency)
    client, server = route.pair()
    assert 0.148 <= travel(client, server) + travel(server, client) < 0.15 + SLACK


def test_two_latencies_in_a_row_add_up(bench: Bench) -> None:
    route = bench.route()
    for name in ("one", "two"):
        route.toxic("latency", more={"name": name}, latency=100)
    client, server = route.pair()
    assert 0.198 <= travel(server, client) < 0.2 + SLACK


def test_jitter_spreads_and_never_reorders(bench: Bench) -> None:
    route = bench.route()
    route.toxic("latency", latency=20, jitter=20)
    client, server = route.pair()
    times = [travel(server, client) for _ in range(20)]
    assert max(times) - min(times) > 0.005
    for number in range(100):
        server.sendall(b"%04d" % number)
    assert receive(client, 400) == b"".join(b"%04d" % number for number in range(100))


def test_throughput_is_not_limited(bench: Bench) -> None:
    route = bench.route()
    route.toxic("latency", latency=100)
    client, server = route.pair()
    message = MESSAGE * 500
    sender = threading.Thread(target=server.sendall, args=(message,))
    begun = time.monotonic()
    sender.start()
    assert receive(client, len(message)) == message
    assert time.monotonic() - begun < 2
    sender.join(PATIENCE)


def test_the_end_follows_the_last_byte(bench: Bench) -> None:
    route = bench.route()
    route.toxic("latency", latency=150)
    client, server = route.pair()
    begun = time.monotonic()
    server.sendall(b"last")
    server.close()
    assert rest(client) == b"last"
    assert time.monotonic() - begun >= 0.148


def test_a_lower_latency_acts_on_what_is_held(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("latency", latency=60_000)
    client, server = route.pair()
    server.sendall(b"held")
    assert silent(client)
    route.update(name, latency=50)
    assert receive(client, 4) == b"held"
    assert 0.048 <= travel(server, client) < 0.05 + SLACK


def test_connections_that_come_and_go_while_it_flips(bench: Bench) -> None:
    route = bench.route()
    for _ in range(100):
        name = route.toxic("latency", "upstream", latency=10)
        client = route.connect()
        client.close()
        route.remove(name)
        route.accept().close()
    assert route.shown()["toxics"] == []
