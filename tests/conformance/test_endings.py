"""An end that a toxic makes goes down its own chain, behind what is held; the rest lives on."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass

import pytest

from tests.conformance.bench import SLACK, ending, noise, rest, silent, travel
from tests.conformance.conftest import Bench

EARLY = 0.004
"""So much earlier than its time something may seem to come: clocks of two processes."""

ENDERS = {
    "limit_data": {"bytes": 1000},
    "timeout": {"timeout": 150},
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What one end of a connection got, and when."""

    data: bytes
    data_at: float
    end: str
    end_at: float


def hear(end: socket.socket, begun: float) -> Heard:
    got, data_at, how = bytearray(), 0.0, "closed"
    try:
        while piece := end.recv(65536):
            got += piece
            data_at = time.monotonic() - begun
    except ConnectionResetError:
        how = "reset"
    return Heard(bytes(got), data_at, how, time.monotonic() - begun)


def about(seconds: float, expected: float) -> bool:
    return expected - EARLY <= seconds < expected + SLACK


CHAINS = {
    "latency": ([("limit_data", {"bytes": 1000}), ("latency", {"latency": 100})], 1000, 0.1, 0.1),
    "bandwidth": ([("limit_data", {"bytes": 1000}), ("bandwidth", {"rate": 2})], 1000, 0.5, 0.5),
    "slicer": (
        [
            ("limit_data", {"bytes": 1000}),
            ("slicer", {"average_size": 100, "size_variation": 0, "delay": 1000}),
        ],
        1000,
        0.0,
        0.0,
    ),
    "slow_close": ([("limit_data", {"bytes": 1000}), ("slow_close", {"delay": 300})], 1000, 0, 0.3),
    "timeout": ([("timeout", {"timeout": 200}), ("slow_close", {"delay": 300})], 0, 0, 0.5),
    "latency and slow_close": (
        [
            ("limit_data", {"bytes": 500}),
            ("latency", {"latency": 100}),
            ("slow_close", {"delay": 100}),
        ],
        500,
        0.1,
        0.2,
    ),
}


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
@pytest.mark.parametrize("name", CHAINS)
def test_the_end_comes_behind_what_is_held(bench: Bench, name: str, stream: str) -> None:
    chain, size, data_at, end_at = CHAINS[name]
    route = bench.route()
    for kind, attributes in chain:
        route.toxic(kind, stream, more={"attributes": attributes})
    client, server = route.pair()
    sender, receiver = (client, server) if stream == "upstream" else (server, client)
    begun = time.monotonic()
    sender.sendall(noise(2000))
    heard = hear(receiver, begun)
    assert (heard.data, heard.end) == (noise(2000)[:size], "closed")
    assert not size or about(heard.data_at, data_at)
    assert about(heard.end_at, end_at)


def test_a_reset_behind_a_limit_waits_its_time_and_swallows(bench: Bench) -> None:
    route = bench.route()
    route.toxic("limit_data", bytes=5)
    route.toxic("reset_peer", timeout=100)
    client, server = route.pair()
    begun = time.monotonic()
    server.sendall(noise(50))
    heard = hear(client, begun)
    assert (heard.data, heard.end) == (b"", "reset")
    assert about(heard.end_at, 0.1)


@pytest.mark.parametrize("kind", ["limit_data", "timeout", "reset_peer"])
@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_what_the_other_direction_holds_still_arrives(bench: Bench, kind: str, stream: str) -> None:
    """The ambiguous commit: the answer is cut, and the request is on its way."""
    other = "downstream" if stream == "upstream" else "upstream"
    attributes = {"limit_data": {"bytes": 10}, "timeout": {"timeout": 50}, "reset_peer": {}}[kind]
    route = bench.route()
    route.toxic("latency", other, latency=250)
    route.toxic(kind, stream, more={"attributes": attributes})
    client, server = route.pair()
    cut, lives = (client, server) if stream == "downstream" else (server, client)
    begun = time.monotonic()
    cut.sendall(b"commit")
    if kind != "timeout":
        time.sleep(0.05)
        lives.sendall(noise(13))
    ended = hear(cut, begun)
    assert ended.end == ("reset" if kind == "reset_peer" else "closed")
    assert ended.end_at < 0.2
    heard = hear(lives, begun)
    assert heard.data == b"commit"
    assert about(heard.data_at, 0.25)
    # Unread bytes make it an RST: those behind the limit, which Toxiproxy never reads.
    assert heard.end == ("reset" if kind == "reset_peer" else "closed")


def test_a_closed_client_leaves_what_it_sent_on_its_way(bench: Bench) -> None:
    route = bench.route()
    route.toxic("latency", "upstream", latency=200)
    client, server = route.pair()
    begun = time.monotonic()
    client.sendall(b"last words")
    client.close()
    assert rest(server) == b"last words"
    assert about(time.monotonic() - begun, 0.2)


def test_removing_a_timeout_closes_behind_what_is_held(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    travel(server, client, b"first")  # a toxic that goes before this way is up closes nothing
    name = route.toxic("timeout", timeout=0)
    route.toxic("slow_close", delay=200)
    server.sendall(b"lost")
    begun = time.monotonic()
    route.remove(name)
    assert ending(client) == "closed"
    assert about(time.monotonic() - begun, 0.2)


def test_after_its_end_nothing_passes_when_toxics_go(bench: Bench) -> None:
    route = bench.route()
    limit = route.toxic("limit_data", bytes=4)
    slow = route.toxic("slow_close", delay=400)
    client, server = route.pair()
    travel(server, client, b"four")
    server.sendall(b"more")
    route.remove(limit)
    server.sendall(b"and more")
    route.remove(slow)
    assert rest(client) == b""


def test_what_one_direction_holds_stays_held_when_the_server_has_left(bench: Bench) -> None:
    route = bench.route()
    route.toxic("bandwidth", rate=0)
    route.toxic("reset_peer", "upstream", timeout=60)
    client, server = route.pair()
    server.sendall(b"held")
    client.sendall(b"lost")
    time.sleep(0.02)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.close()
    assert silent(client, 0.2)
