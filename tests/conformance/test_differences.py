"""Rows of the table of differences that no other file shows."""

from __future__ import annotations

import time

import pytest

from tests.conformance.bench import SLACK, ending, noise, receive, silent, travel
from tests.conformance.conftest import Bench

EARLY = 0.004


def test_bytes_behind_the_end_that_a_toxic_made(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=10)
    client, server = route.pair()
    server.sendall(noise(10))
    assert receive(client, 10) == noise(10)
    # The first chunk has ended the direction; what comes now is read by one engine only.
    route = bench.route()
    route.toxic("limit_data", bytes=10)
    route.toxic("slow_close", delay=100)
    _, server = route.pair()
    server.sendall(noise(10))
    time.sleep(0.02)
    for _ in range(4):  # Toxiproxy has room for a few chunks before it stops reading
        server.sendall(noise(50_000))
        time.sleep(0.01)
    expected = bench.differs("unread-bytes", embedded="closed", toxiproxy="reset")
    assert ending(server) == expected


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("bandwidth", {"rate": 1}),
        ("slicer", {"average_size": 10, "size_variation": 0, "delay": 100_000}),
    ],
    ids=["bandwidth", "slicer"],
)
def test_bytes_that_wait_when_the_other_side_leaves(
    bench: Bench, kind: str, attributes: dict[str, int]
) -> None:
    route = bench.route()
    route.toxic(kind, "downstream", more=None, **attributes)
    client, server = route.pair()
    for _ in range(4):
        server.sendall(noise(200))
        time.sleep(0.01)
    client.close()
    expected = bench.differs("unread-bytes", embedded="closed", toxiproxy="reset")
    assert ending(server) == expected


@pytest.mark.parametrize("change", ["update", "neighbour"])
def test_a_change_and_what_is_held(bench: Bench, change: str) -> None:
    route = bench.route()
    name = route.toxic("latency", latency=400)
    client, server = route.pair()
    server.sendall(b"held")
    time.sleep(0.05)
    if change == "update":
        route.update(name, latency=400)
    else:
        route.toxic("noop", more={"name": "neighbour"})
    at_once = not silent(client, 0.15)
    assert at_once is bench.differs("changes-keep", embedded=False, toxiproxy=True)
    assert receive(client, 4) == b"held"


def test_a_neighbour_and_the_time_of_a_timeout(bench: Bench) -> None:
    route = bench.route()
    route.toxic("timeout", timeout=400)
    client, _ = route.pair()
    begun = time.monotonic()
    time.sleep(0.25)
    route.toxic("noop", more={"name": "neighbour"})
    assert ending(client) == "closed"
    anew = time.monotonic() - begun > 0.6
    assert anew is bench.differs("changes-keep", embedded=False, toxiproxy=True)


def test_a_latency_behind_a_bandwidth(bench: Bench) -> None:
    route = bench.route()
    route.toxic("bandwidth", rate=10)
    route.toxic("latency", latency=300)
    client, server = route.pair()
    took = travel(server, client, noise(1000))  # 100 ms for the line, then 300
    expected = bench.differs("delays-add-up", embedded=0.4, toxiproxy=0.3)
    assert expected - EARLY <= took < expected + min(SLACK, 0.09)


def test_128_toxics_pass_every_byte_and_one_more(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    for number in range(128):
        route.toxic("latency", more={"name": f"t{number}"}, latency=0)
    travel(server, client, noise(5000))
    body = {"type": "noop", "name": "one more"}
    status = bench.api("POST", f"{route.path}/toxics", body).status
    assert status == bench.differs("many-toxics", embedded=400, toxiproxy=200)
    begun = time.monotonic()
    assert bench.api("POST", "/reset").status == 204
    assert time.monotonic() - begun < 2.0
    travel(server, client, noise(5000))
