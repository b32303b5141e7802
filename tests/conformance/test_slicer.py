"""slicer: pieces of about a size, a pause between them; no byte is lost."""

from __future__ import annotations

import socket
import time

import pytest

from tests.conformance.bench import SLACK, noise, receive, server, travel
from tests.conformance.conftest import Bench

MESSAGE = noise(48_000)


@pytest.mark.parametrize("sizes", [(1024, 512), (1, 0), (64, 64), (100_000, 0)])
@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_every_byte_arrives_in_order(bench: Bench, sizes: tuple[int, int], stream: str) -> None:
    route = bench.route()
    route.toxic("slicer", stream, average_size=sizes[0], size_variation=sizes[1], delay=0)
    client, other = route.pair()
    sender, receiver = (client, other) if stream == "upstream" else (other, client)
    travel(sender, receiver, MESSAGE)


def test_pieces_are_read_one_by_one(bench: Bench) -> None:
    route = bench.route()
    route.toxic("slicer", average_size=1, size_variation=0, delay=20_000)
    client, server = route.pair()
    begun = time.monotonic()
    server.sendall(b"24 bytes are as many pie")
    pieces = [client.recv(100) for _ in range(24)]
    assert pieces == [bytes([byte]) for byte in b"24 bytes are as many pie"]
    assert 23 * 0.02 <= time.monotonic() - begun < 25 * 0.02 + SLACK


def test_pieces_are_about_as_large_as_asked(bench: Bench) -> None:
    route = bench.route()
    route.toxic("slicer", average_size=1024, size_variation=512, delay=2000)
    client, server = route.pair()
    server.sendall(MESSAGE)
    sizes: list[int] = []
    while sum(sizes) < len(MESSAGE):
        sizes.append(len(client.recv(65536)))
    # 480 kB make 240 to 720 pieces; here is a tenth, and a late reader sees two as one.
    assert 12 <= len(sizes) <= 94


TRIES = 10


def pieces(end: socket.socket, size: int) -> list[int]:
    sizes: list[int] = []
    while sum(sizes) < size:
        sizes.append(len(end.recv(65536)))
    return sizes


def test_a_chunk_is_halved_until_its_pieces_are_small_enough(bench: Bench) -> None:
    route = bench.route()
    route.toxic("slicer", average_size=100, size_variation=0, delay=10_000)
    client, server = route.pair()
    server.sendall(MESSAGE[:150])
    assert pieces(client, 150) == [75, 75]
    server.sendall(MESSAGE[:100])
    assert pieces(client, 100) == [100]
    server.sendall(MESSAGE[:1000])
    sizes = pieces(client, 1000)
    assert (len(sizes), set(sizes)) == (16, {62, 63})


def test_pieces_are_writes_of_their_own_without_a_pause_too(bench: Bench) -> None:
    """A reader that is always there sees many; joined in one write they would never be so many.

    On a busy machine the reader comes late, and the kernel joins what waits for it.
    """
    route = bench.route()
    route.toxic("slicer", average_size=100, size_variation=0)
    client, server = route.pair()
    most = 0
    for _ in range(TRIES):
        server.sendall(MESSAGE[:32_000])
        most = max(most, len(pieces(client, 32_000)))
        if most > 20:
            return
    raise AssertionError(f"at most {most} pieces")


def test_its_removal_passes_the_rest_at_once(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("slicer", average_size=1, size_variation=0, delay=1_000_000)
    client, server = route.pair()
    server.sendall(MESSAGE[:100])
    assert receive(client, 1) == MESSAGE[:1]
    begun = time.monotonic()
    route.remove(name)
    assert receive(client, 99) == MESSAGE[1:100]
    assert time.monotonic() - begun < 0.9


def test_a_size_of_0(bench: Bench) -> None:
    with server(bench.engine) as (process, api):
        body = {"name": "p", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}
        api("POST", "/proxies", body)
        status = api("POST", "/proxies/p/toxics", {"type": "slicer"}).status
        assert status == bench.differs("slicer-sizes", embedded=400, toxiproxy=200)
        assert process.poll() is None
