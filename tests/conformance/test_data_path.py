"""Bytes through a proxy without toxics; a dead upstream; stopping."""

from __future__ import annotations

import socket
import threading

from tests.conformance.bench import PATIENCE, ending, noise, receive, rest, silent, travel
from tests.conformance.conftest import Bench

MESSAGE = noise(64 * 1024)


def test_a_message_arrives_before_the_end(bench: Bench) -> None:
    client, server = bench.route().pair()
    client.sendall(b"hello world")
    client.close()
    assert rest(server) == b"hello world"


def test_a_message_in_two_parts_arrives_in_order(bench: Bench) -> None:
    client, server = bench.route().pair()
    travel(client, server, b"hello")
    travel(client, server, b"world")
    client.close()
    assert rest(server) == b""


def test_a_big_message_arrives_both_ways(bench: Bench) -> None:
    client, server = bench.route().pair()
    travel(client, server, MESSAGE)
    travel(server, client, MESSAGE)
    server.close()
    assert ending(client) == "closed"


def test_a_message_larger_than_all_buffers_arrives(bench: Bench) -> None:
    client, server = bench.route().pair()
    message = MESSAGE * 256
    sender = threading.Thread(target=client.sendall, args=(message,))
    sender.start()
    assert receive(server, len(message)) == message
    sender.join(PATIENCE)


def test_a_dead_upstream_is_an_open_connection_that_ends(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        upstream = f"127.0.0.1:{free.getsockname()[1]}"
    route = bench.route()
    route.change(upstream=upstream)
    client = route.connect()
    assert client.recv(1) == b""


def test_a_dead_upstream_that_comes_back_is_reached(bench: Bench) -> None:
    route, alive = bench.route(), bench.route()
    route.change(upstream="127.0.0.1:1")
    assert route.connect().recv(1) == b""
    route.change(upstream=alive.upstream)
    travel(route.connect(), alive.accept())


def test_stopping_closes_both_ends_and_refuses_new_ones(bench: Bench) -> None:
    route = bench.route()
    pairs = [route.pair() for _ in range(3)]
    route.change(enabled=False)
    for client, server in pairs:
        assert (client.recv(1), server.recv(1)) == (b"", b"")
    assert not route.listening()


def test_deleting_closes_both_ends(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    bench.api("DELETE", route.path)
    assert (client.recv(1), server.recv(1)) == (b"", b"")


def test_an_idle_connection_stays_open(bench: Bench) -> None:
    client, server = bench.route().pair()
    assert silent(client)
    assert silent(server)
    travel(server, client)


def test_a_half_close(bench: Bench) -> None:
    client, server = bench.route().pair()
    client.sendall(b"question")
    client.shutdown(socket.SHUT_WR)
    assert rest(server) == b"question"
    if bench.differs("half-close", embedded=True, toxiproxy=False):
        assert silent(client)
        server.sendall(b"answer")
        server.close()
        assert rest(client) == b"answer"
    else:
        assert client.recv(1) == b""
