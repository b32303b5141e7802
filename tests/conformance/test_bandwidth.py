"""bandwidth: KB/s of 1000 bytes, per connection and direction; 0 is a total stall."""

from __future__ import annotations

import time

import pytest

from tests.conformance.bench import SLACK, ending, noise, receive, silent, travel
from tests.conformance.conftest import Bench

MESSAGE = noise(200_000)


BURSTS = {100: 0.010, 500: 0.050, 900: 0.090, 1000: 0.100, 1500: 0.150, 3000: 0.300}
"""Bytes after a silence at 10 KB/s, and seconds until all of them are there."""

EARLY = 0.004
TRIES = 3
"""On a busy machine Toxiproxy sleeps too long, and takes that off the next burst."""


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_a_burst_after_a_silence_is_paid_for_before_it_goes(bench: Bench, stream: str) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("bandwidth", stream, rate=10)
    sender, receiver = (client, server) if stream == "upstream" else (server, client)
    for size, seconds in BURSTS.items():
        took = []
        for _ in range(TRIES):
            time.sleep(0.45)
            took.append(travel(sender, receiver, MESSAGE[:size]))
            if seconds - EARLY <= took[-1] < seconds + SLACK:
                break
        else:
            raise AssertionError(f"{size} bytes took {took}, not {seconds}")


def test_a_train_of_small_chunks_is_paid_for_one_by_one(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("bandwidth", rate=10)
    begun = time.monotonic()
    for _ in range(10):
        server.sendall(MESSAGE[:200])
        time.sleep(0.002)
    receive(client, 100)
    assert time.monotonic() - begun >= 0.02 - EARLY
    receive(client, 1900)
    assert 0.2 - EARLY <= time.monotonic() - begun < 0.2 + SLACK


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_a_message_takes_its_size_over_the_rate(bench: Bench, stream: str) -> None:
    """Toxiproxy's own: 480 kB at 1000 KB/s take 480 ms, none of it for free."""
    route = bench.route()
    client, server = route.pair()
    route.toxic("bandwidth", stream, rate=1000)
    sender, receiver = (client, server) if stream == "upstream" else (server, client)
    assert 0.48 - 0.01 <= travel(sender, receiver, noise(480_000)) < 0.48 + SLACK
    assert travel(receiver, sender, MESSAGE) < SLACK


def test_a_kilobyte_has_1000_bytes(bench: Bench) -> None:
    route = bench.route()
    route.toxic("bandwidth", rate=500)
    client, server = route.pair()
    # With 1024 bytes to a KB it would be 24 ms less; a busy machine only makes it more.
    assert 0.99 <= travel(server, client, noise(500_000)) < 1.0 + SLACK


def test_each_connection_has_its_own_budget(bench: Bench) -> None:
    route = bench.route()
    route.toxic("bandwidth", rate=500)
    pairs = [route.pair() for _ in range(4)]
    begun = time.monotonic()
    for _, server in pairs:
        server.sendall(MESSAGE[:100_000])
    for client, _ in pairs:
        assert receive(client, 100_000) == MESSAGE[:100_000]
    assert time.monotonic() - begun < 0.2 + SLACK


@pytest.mark.parametrize("heal", ["remove", "update", "reset"])
def test_rate_0_stalls_and_gives_everything_back(bench: Bench, heal: str) -> None:
    route = bench.route()
    client, server = route.pair()
    name = route.toxic("bandwidth", rate=0)
    server.sendall(b"held")
    assert silent(client)
    if heal == "remove":
        route.remove(name)
    elif heal == "update":
        route.update(name, rate=1000)
    else:
        bench.api("POST", "/reset")
    assert receive(client, 4) == b"held"
    travel(server, client)


def test_a_stalled_connection_ends_when_the_proxy_stops(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("bandwidth", rate=0)
    server.sendall(b"lost")
    route.change(enabled=False)
    assert ending(client) == "closed"
