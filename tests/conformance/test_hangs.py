"""The control API answers whatever the connections do: Toxiproxy's known hangs, with a time limit.

A receiver that does not read fills every buffer; then a toxic is removed, changed, or reset.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from squall_faults.toxiproxy_server import CALL_SECONDS

from tests.conformance.bench import PATIENCE, Api, Route, answers, noise, receive, server
from tests.conformance.conftest import Bench

LIMIT = 1.0
"""The API must have answered within so many seconds."""

TOXICS = {
    "latency": {"latency": 50},
    "bandwidth": {"rate": 100_000},
    "slicer": {"average_size": 1000, "size_variation": 100, "delay": 1},
    "noop": {},
}


@contextmanager
def a_server_of_its_own(engine: str) -> Iterator[tuple[Route, Api]]:
    """What hangs must not be met by another test."""
    sockets: list[socket.socket] = []
    with server(engine) as (_, api):
        api.patience = LIMIT
        try:
            yield Route(api, "stuck", sockets), api
        finally:
            for each in sockets:
                each.close()


def stuff(end: socket.socket) -> int:
    """Send until nothing has moved for a while; the number of bytes."""
    end.setblocking(False)
    data, sent = noise(1_000_000), 0
    while select.select([], [end], [], 0.3)[1]:
        sent += end.send(data[sent % len(data) :])
    end.settimeout(PATIENCE)
    return sent


def expected(size: int) -> bytes:
    data = noise(1_000_000)
    return (data * (size // len(data) + 1))[:size]


def answered(api: Api, method: str, path: str, body: object = None) -> bool:
    try:
        return api(method, path, body).status < 300
    except TimeoutError:
        return False


@pytest.mark.parametrize("kind", TOXICS)
def test_a_toxic_is_removed_while_nobody_reads(bench: Bench, kind: str) -> None:
    with a_server_of_its_own(bench.engine) as (route, api):
        client, upstream = route.pair()
        name = route.toxic(kind, more={"attributes": TOXICS[kind]})
        sent = stuff(upstream)
        answer = answered(api, "DELETE", f"{route.path}/toxics/{name}")
        assert answer is bench.differs("removal-hangs", embedded=True, toxiproxy=False)
        if bench.engine == "embedded":
            assert receive(client, sent) == expected(sent)


@pytest.mark.parametrize("call", ["update", "reset", "add", "list"])
def test_other_calls_while_nobody_reads(bench: Bench, call: str) -> None:
    with a_server_of_its_own(bench.engine) as (route, api):
        client, upstream = route.pair()
        name = route.toxic("latency", latency=50)
        sent = stuff(upstream)
        calls = {
            "update": ("PATCH", f"{route.path}/toxics/{name}", {"attributes": {"latency": 1}}),
            "reset": ("POST", "/reset", None),
            "add": ("POST", f"{route.path}/toxics", {"type": "noop"}),
            "list": ("GET", "/proxies", None),
        }
        hangs = call != "list"
        answer = answered(api, *calls[call])
        assert answer is bench.differs("removal-hangs", embedded=True, toxiproxy=not hangs)
        if bench.engine == "embedded":
            assert receive(client, sent) == expected(sent)


def test_after_a_hang_even_the_list_of_proxies(bench: Bench) -> None:
    with a_server_of_its_own(bench.engine) as (route, api):
        _, upstream = route.pair()
        name = route.toxic("latency", latency=50)
        stuff(upstream)
        answered(api, "DELETE", f"{route.path}/toxics/{name}")
        answer = answered(api, "GET", "/proxies")
        assert answer is bench.differs("removal-hangs", embedded=True, toxiproxy=False)


def test_a_stall_without_a_reader_is_removed_and_the_proxy_too(bench: Bench) -> None:
    """Toxiproxy's own test of a broken connection; 0 KB/s holds the bytes in front of it."""
    route = bench.route()
    _, upstream = route.pair()
    name = route.toxic("bandwidth", rate=0)
    upstream.sendall(b"held")
    begun = time.monotonic()
    route.remove(name)
    assert bench.api("DELETE", route.path).status == 204
    assert time.monotonic() - begun < LIMIT


def test_a_stall_is_removed_after_a_client_has_left(bench: Bench) -> None:
    """An answer of several pieces is held, and the client that waited for it has given up."""
    with a_server_of_its_own(bench.engine) as (route, api):
        client, upstream = route.pair()
        name = route.toxic("bandwidth", rate=0)
        stuff(upstream)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        answer = answered(api, "DELETE", f"{route.path}/toxics/{name}")
        assert answer is bench.differs("removal-waits", embedded=True, toxiproxy=False)
        if bench.engine == "toxiproxy":
            api.patience = CALL_SECONDS
            assert answered(api, "GET", "/proxies"), "it was slow, and did not hang"


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_many_stalled_connections_are_healed_at_once(bench: Bench, stream: str) -> None:
    """Toxiproxy's end-to-end script: 0 KB/s both ways on several proxies, then removal."""
    routes = [bench.route() for _ in range(3)]
    pairs = [(route, *route.pair()) for route in routes for _ in range(5)]
    for route in routes:
        route.toxic("bandwidth", "upstream", rate=0)
        route.toxic("bandwidth", "downstream", rate=0)
    for _, client, upstream in pairs:
        (client if stream == "upstream" else upstream).sendall(noise(20_000))
    begun = time.monotonic()
    for route in routes:
        route.remove("bandwidth_upstream")
        route.remove("bandwidth_downstream")
    assert time.monotonic() - begun < 3 * LIMIT
    for _, client, upstream in pairs:
        receiver = upstream if stream == "upstream" else client
        assert receive(receiver, 20_000) == noise(20_000)


def visit(route: Route, stop: threading.Event, failures: list[str]) -> None:
    """Clients come and go."""
    try:
        while not stop.is_set():
            client, upstream = route.pair()
            client.sendall(b"x" * 1000)
            client.close()
            upstream.close()
    except OSError as error:
        failures.append(f"a client: {error}")


def flip(api: Api, path: str, number: int, failures: list[str]) -> None:
    """A toxic comes, changes and goes, again and again."""
    body = {"type": "latency", "name": f"t{number}", "attributes": {"latency": 5}}
    try:
        for _ in range(25):
            codes = (
                api("POST", path, body).status,
                api("PATCH", f"{path}/t{number}", {"attributes": {"latency": 1}}).status,
                api("DELETE", f"{path}/t{number}").status,
            )
            if codes != (200, 200, 204):
                failures.append(str(codes))
    except OSError as error:
        failures.append(f"a call: {error}")


def test_calls_in_parallel_while_clients_come_and_go(bench: Bench) -> None:
    route = bench.route()
    stop = threading.Event()
    failures: list[str] = []
    visitor = threading.Thread(target=visit, args=(route, stop, failures))
    flippers = [
        threading.Thread(target=flip, args=(bench.api, f"{route.path}/toxics", number, failures))
        for number in range(4)
    ]
    for thread in (visitor, *flippers):
        thread.start()
    for thread in flippers:
        thread.join(20)
    stop.set()
    visitor.join(PATIENCE)
    if failures and not answers(bench.api):
        assert bench.differs("parallel-changes", embedded=False, toxiproxy=True), failures
        return
    assert failures == []
    assert route.shown()["toxics"] == []


def deaf() -> tuple[socket.socket, socket.socket]:
    """A listener whose queue is full, so that connecting to it takes for ever; and who fills it."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    return listener, socket.create_connection(listener.getsockname(), PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: others refuse when it is full")
def test_an_upstream_that_does_not_answer(bench: Bench) -> None:
    listener, filler = deaf()
    with a_server_of_its_own(bench.engine) as (route, api), listener, filler:
        upstream = f"127.0.0.1:{listener.getsockname()[1]}"
        assert route.change(upstream=upstream).status == 200
        client = route.connect()
        assert select.select([client], [], [], 0.2)[0] == []
        answer = answered(api, "PATCH", route.path, {"enabled": False})
        assert answer is bench.differs("dial-blocks", embedded=True, toxiproxy=False)
