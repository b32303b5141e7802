"""limit_data: exactly so many bytes pass, then the connection is closed."""

from __future__ import annotations

import pytest

from tests.conformance.bench import noise, receive, rest, silent, travel
from tests.conformance.conftest import Bench

MESSAGE = noise(150_000)


@pytest.mark.parametrize("limit", [1, 1023, 1024, 1025, 32 * 1024, 100_000])
@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_exactly_its_bytes_pass(bench: Bench, limit: int, stream: str) -> None:
    route = bench.route()
    route.toxic("limit_data", stream, bytes=limit)
    client, server = route.pair()
    sender, receiver = (client, server) if stream == "upstream" else (server, client)
    sender.sendall(MESSAGE[:limit])
    assert rest(receiver) == MESSAGE[:limit]


def test_less_than_the_limit_leaves_it_open(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=100)
    client, server = route.pair()
    travel(server, client, MESSAGE[:99])
    assert silent(client)
    server.sendall(b"x")
    assert rest(client) == b"x"


def test_the_byte_over_the_limit_comes_with_a_later_chunk(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=5)
    client, server = route.pair()
    travel(server, client, b"abc")
    server.sendall(b"defgh")
    assert receive(client, 10) == b"de"


def test_zero_lets_nothing_pass(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=0)
    client, server = route.pair()
    assert silent(client)
    server.sendall(b"x")
    assert rest(client) == b""


def test_the_end_of_the_source_passes(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=100)
    client, server = route.pair()
    server.sendall(b"last")
    server.close()
    assert rest(client) == b"last"


def test_the_count_survives_updates_and_other_toxics(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("limit_data", bytes=100)
    client, server = route.pair()
    travel(server, client, MESSAGE[:50])
    route.update(name, bytes=60)
    route.remove(route.toxic("noop"))
    server.sendall(MESSAGE[:50])
    assert rest(client) == MESSAGE[:10]


def test_lowering_it_below_what_passed_closes_with_the_next_chunk(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("limit_data", bytes=100)
    client, server = route.pair()
    travel(server, client, MESSAGE[:50])
    route.update(name, bytes=10)
    assert silent(client)
    server.sendall(b"x")
    assert rest(client) == b""


def test_on_a_live_connection_it_counts_from_its_addition(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    travel(server, client, MESSAGE[:50])
    name = route.toxic("limit_data", bytes=10)
    travel(server, client, MESSAGE[:9])
    route.remove(name)
    travel(server, client, MESSAGE)


def test_it_is_removed_without_a_trace(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    for _ in range(3):
        name = route.toxic("limit_data", bytes=10)
        travel(server, client, MESSAGE[:9])
        route.remove(name)
    travel(server, client, MESSAGE)


def test_more_than_the_limit_is_cut(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=1024)
    client, server = route.pair()
    server.sendall(MESSAGE[:1500])
    assert receive(client, 1500) == MESSAGE[:1024]
