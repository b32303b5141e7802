"""Toxics that come, change and go under traffic: no byte is lost, none changes its place."""

from __future__ import annotations

import threading

from tests.conformance.bench import PATIENCE, noise, receive, travel
from tests.conformance.conftest import Bench


def test_nothing_is_dropped_while_a_latency_flips(bench: Bench) -> None:
    """65,535 numbers of two bytes, as Toxiproxy's own test has them, then the end."""
    route = bench.route()
    client, server = route.pair()
    message = b"".join(number.to_bytes(2, "big") for number in range(65_535))

    def send() -> None:
        for start in range(0, len(message), 512):
            server.sendall(message[start : start + 512])
        server.close()

    done = threading.Event()

    def flip() -> None:
        while not done.is_set():
            route.remove(route.toxic("latency", latency=1000))

    threads = [threading.Thread(target=send), threading.Thread(target=flip)]
    for thread in threads:
        thread.start()
    got = receive(client, len(message))
    done.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert got == message
    assert client.recv(1) == b""


def test_echoes_go_on_while_toxics_flip(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    for number in range(100):
        travel(client, server, b"%03d" % number)
        name = route.toxic("latency", latency=1)
        travel(server, client, b"%03d" % number)
        if number % 2:
            route.update(name, latency=2)
        route.remove(name)


def test_a_connection_meets_a_toxic_that_was_added_later(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    travel(client, server)
    route.toxic("latency", "upstream", latency=100)
    assert travel(client, server) >= 0.098


def test_a_toxic_is_in_force_when_the_api_has_answered(bench: Bench) -> None:
    route = bench.route()
    pairs = [route.pair() for _ in range(20)]
    name = route.toxic("latency", latency=100)
    for client, server in pairs[:5]:
        assert travel(server, client) >= 0.098
    route.remove(name)
    for client, server in pairs:
        assert travel(server, client) < 0.098


def test_a_stage_that_holds_much_gives_it_back_in_order(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    name = route.toxic("latency", latency=60_000)
    server.sendall(noise(100_000))
    route.remove(name)
    server.sendall(noise(50_000))
    assert receive(client, 150_000) == noise(100_000) + noise(50_000)


def test_the_proxy_adds_little_latency(bench: Bench) -> None:
    """Toxiproxy's own test asks for 300 µs one way; a busy machine is given more."""
    client, server = bench.route().pair()
    times = sorted(travel(client, server) for _ in range(200))
    assert times[len(times) // 2] < 0.005
