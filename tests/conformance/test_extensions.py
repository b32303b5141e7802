"""What the embedded engine can beyond Toxiproxy, which ignores such keys."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from tests.conformance.bench import (
    PATIENCE,
    SLACK,
    ending,
    noise,
    receive,
    rest,
    silent,
    travel,
    until,
)
from tests.conformance.conftest import Bench

pytestmark = pytest.mark.parametrize("engine", ["embedded"])


def traffic(bench: Bench, path: str) -> Any:
    return bench.api("GET", f"{path}/traffic").json


def was_reset(address: tuple[str, int], seconds: float = PATIENCE) -> bool:
    """Whether a new connection is reset in time; that may even be told by connect()."""
    try:
        with socket.create_connection(address, PATIENCE) as client:
            return not silent(client, seconds)
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("timeout", [0, 150])
def test_an_immediate_reset_bites_idle_and_new_connections(bench: Bench, timeout: int) -> None:
    route = bench.route()
    client, upstream = route.pair()
    begun = time.monotonic()
    attributes = {"timeout": timeout, "immediate": True}
    said = bench.api(
        "POST", f"{route.path}/toxics", {"type": "reset_peer", "attributes": attributes}
    )
    assert said.json["attributes"] == attributes
    assert (ending(client), ending(upstream)) == ("reset", "reset")
    assert timeout / 1000 <= time.monotonic() - begun < timeout / 1000 + SLACK
    assert was_reset(route.address)
    counted = traffic(bench, route.path)["toxics"]["reset_peer_downstream"]
    assert (counted["bites"], counted["ended"], counted["connections"]) == (2, 2, 2)
    bench.api("POST", "/reset")
    assert silent(route.connect())


def test_an_update_makes_a_reset_immediate(bench: Bench) -> None:
    route = bench.route()
    client, _ = route.pair()
    name = route.toxic("reset_peer", timeout=0)
    assert silent(client)
    route.update(name, immediate=True)
    assert ending(client) == "reset"


def test_a_toxic_and_a_switched_off_proxy_heal_after_their_time(bench: Bench) -> None:
    route, other = bench.route(), bench.route()
    client, upstream = route.pair()
    route.toxic("bandwidth", more={"ttl_ms": 200}, rate=0)
    other.change(enabled=False, ttl_ms=200)
    begun = time.monotonic()
    upstream.sendall(b"held")
    assert receive(client, 4) == b"held"
    until(other.listening)
    assert 0.1 <= time.monotonic() - begun < 0.2 + SLACK
    assert route.shown()["toxics"] == []


def test_a_later_time_to_live_takes_the_place_of_the_first(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("noop", more={"ttl_ms": 100})
    route.update(name, more={"ttl_ms": 60_000})
    time.sleep(0.2)
    assert len(route.shown()["toxics"]) == 1


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_proxy_that_is_gone_does_not_come_back_when_its_time_is_over(
    bench: Bench, how: str
) -> None:
    """It would hold its port for good, and nobody could switch it off."""
    gone, later = bench.route(), bench.route()
    gone.change(enabled=False, ttl_ms=50)
    if how == "deleted":
        assert bench.api("DELETE", gone.path).status == 204
    else:
        entry = {"name": gone.shown()["name"], "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}
        assert bench.api("POST", "/populate", [entry]).status == 201
    later.change(enabled=False, ttl_ms=100)
    until(later.listening)
    assert not gone.listening()


BITES: list[tuple[str, dict[str, int], int]] = [
    ("latency", {"latency": 30}, 1),
    ("latency", {}, 0),
    ("bandwidth", {"rate": 10}, 1),
    ("slicer", {"average_size": 100, "delay": 10}, 1),
    ("slicer", {"average_size": 100_000}, 0),
    ("slow_close", {"delay": 10}, 1),
    ("timeout", {}, 1),
    ("limit_data", {"bytes": 10}, 1),
    ("limit_data", {"bytes": 100_000}, 0),
    ("reset_peer", {}, 1),
    ("noop", {}, 0),
]


@pytest.mark.parametrize(("kind", "attributes", "bites"), BITES)
def test_bites_are_counted_per_toxic(
    bench: Bench, kind: str, attributes: dict[str, int], bites: int
) -> None:
    route = bench.route()
    name = route.toxic(kind, more={"attributes": attributes})
    client, upstream = route.pair()
    upstream.sendall(noise(1100))
    if kind not in ("timeout", "reset_peer"):
        receive(client, min(1100, attributes.get("bytes", 1100)))
    upstream.close()
    until(lambda: traffic(bench, route.path)["toxics"][name]["bites"] >= bites)
    counted = traffic(bench, route.path)["toxics"][name]
    assert counted["connections"] == 1
    assert (counted["bites"] > 0) is (bites > 0)
    shown = f'toxic="{name}",type="{kind}"}} {counted["bites"]}'
    assert shown in bench.api("GET", "/metrics").body.decode()


def test_connections_bytes_and_dial_errors_are_counted_while_they_live(bench: Bench) -> None:
    route = bench.route()
    client, upstream = route.pair()
    travel(client, upstream, noise(1000))
    name = route.toxic("bandwidth", rate=0)
    upstream.sendall(noise(500))
    until(lambda: traffic(bench, route.path)["downstream_bytes"] == 500)
    seen = traffic(bench, route.path)
    assert (seen["open"], seen["accepted"], seen["dial_errors"]) == (1, 1, 0)
    assert (seen["upstream_bytes"], seen["upstream_sent_bytes"]) == (1000, 1000)
    assert (seen["downstream_bytes"], seen["downstream_sent_bytes"]) == (500, 0)
    assert seen["toxics"][name].items() >= {"bites": 1, "connections": 1}.items()
    labels = f'listener="{route.listen}",proxy="{route.name}",upstream="{route.upstream}"'
    sent = f'toxiproxy_proxy_sent_bytes_total{{direction="downstream",{labels}}} 0'
    assert sent in bench.api("GET", "/metrics").body.decode().splitlines()
    route.change(upstream="127.0.0.1:1")
    assert route.connect().recv(1) == b""
    assert traffic(bench, route.path)["dial_errors"] == 1


@pytest.mark.parametrize(
    ("kind", "attributes", "sent"),
    [("timeout", {}, 0), ("limit_data", {"bytes": 30}, 30), ("reset_peer", {}, 0)],
)
def test_swallowed_bytes_do_not_count_as_sent(
    bench: Bench, kind: str, attributes: dict[str, int], sent: int
) -> None:
    route = bench.route()
    name = route.toxic(kind, more={"attributes": attributes})
    client, upstream = route.pair()
    upstream.sendall(noise(100))
    until(lambda: traffic(bench, route.path)["downstream_bytes"] == 100)
    client.close()
    route.remove(name)
    assert traffic(bench, route.path)["downstream_sent_bytes"] == sent


def test_a_new_proxy_starts_with_its_toxics(bench: Bench) -> None:
    toxic = {"type": "latency", "name": "late", "attributes": {"latency": 100}}
    route = bench.route(toxics=[toxic])
    assert [each["name"] for each in route.shown()["toxics"]] == ["late"]
    client, upstream = route.pair()
    assert travel(upstream, client) >= 0.1


def test_populate_brings_toxics_to_what_is_listed(bench: Bench) -> None:
    route = bench.route()
    client, upstream = route.pair()
    entry = {"name": route.name, "upstream": route.upstream, "listen": route.listen}
    late = {"type": "latency", "name": "late", "attributes": {"latency": 50}}
    late_100 = {**late, "attributes": {"latency": 100}}
    other = {"type": "latency", "name": "late", "stream": "upstream"}
    for wanted, order in (
        (late, ["late"]),
        ({"type": "noop", "name": "n"}, ["late", "n"]),
        (late, ["late", "n"]),  # equal: not touched, so it keeps its place
        (late_100, ["late", "n"]),  # changed in its place
        (other, ["late", "n"]),  # replaced: upstream toxics are listed first
    ):
        said = bench.api("POST", "/populate", [{**entry, "toxics": [wanted]}])
        assert said.status == 201
        assert [toxic["name"] for toxic in route.shown()["toxics"]] == order
        took = travel(upstream, client)
        assert took >= wanted.get("attributes", {}).get("latency", 0) / 1000  # type: ignore[attr-defined] # a dict
    bench.api("POST", "/populate", [{**entry, "toxics": []}])
    streams = [toxic["stream"] for toxic in route.shown()["toxics"]]
    assert streams == ["upstream", "downstream"]


@pytest.mark.parametrize(
    "toxics",
    [
        [{"type": "latency", "attributes": {"latency": -1}}],
        [{"type": "noop"}, {"type": "noop"}],
        [{"type": "noop", "ttl_ms": 0}],
        {"type": "noop"},
        [5],
    ],
)
@pytest.mark.parametrize("path", ["/proxies", "/populate"])
def test_bad_toxics_of_a_proxy_are_refused_before_anything_changes(
    bench: Bench, path: str, toxics: object
) -> None:
    body = {"name": "x", "upstream": "127.0.0.1:1", "toxics": toxics}
    said = bench.api("POST", path, body if path == "/proxies" else [body])
    assert said.status in (400, 409)
    assert bench.api("GET", "/proxies").json == {}


def test_a_toxic_for_the_next_connections(bench: Bench) -> None:
    route = bench.route()
    before = route.pair()
    name = route.toxic("latency", more={"scope": "new", "connections": 2}, latency=100)
    shown = bench.api("GET", f"{route.path}/toxics/{name}").json
    assert (shown["scope"], shown["connections"]) == ("new", 2)
    pairs = [before, *(route.pair() for _ in range(4))]
    slow = [travel(upstream, client) >= 0.1 for client, upstream in pairs]
    assert slow == [False, True, True, False, False]


@pytest.mark.parametrize("size", [1, 10, 100_000])
def test_a_toxic_for_the_first_bytes(bench: Bench, size: int) -> None:
    route = bench.route()
    name = route.toxic("latency", more={"first_bytes": size}, latency=150)
    assert bench.api("GET", f"{route.path}/toxics/{name}").json["first_bytes"] == size
    client, upstream = route.pair()
    message = noise(size)
    assert travel(upstream, client, message) >= 0.149
    assert travel(upstream, client, message) < 0.149
    upstream.sendall(message)
    upstream.close()
    assert rest(client) == message


def test_later_bytes_wait_for_the_first_ones(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("bandwidth", more={"first_bytes": 3}, rate=0)
    client, upstream = route.pair()
    upstream.sendall(b"abcdef")
    upstream.close()
    assert silent(client)
    route.remove(name)
    assert rest(client) == b"abcdef"


def test_the_first_bytes_are_swallowed_and_the_rest_passes(bench: Bench) -> None:
    route = bench.route()
    route.toxic("timeout", more={"first_bytes": 3}, timeout=0)
    client, upstream = route.pair()
    upstream.sendall(b"abcdef")
    assert receive(client, 3) == b"def"


def test_clients_are_refused_while_the_upstream_is_down(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as upstream:
        address = upstream.getsockname()
        route = bench.route(refuse_when_upstream_down=True)
        assert route.shown()["refuse_when_upstream_down"] is True
        route.change(upstream=f"127.0.0.1:{address[1]}")
        assert route.listening()
    until(lambda: not route.listening())
    assert route.shown()["enabled"] is True
    with socket.create_server(address):
        until(route.listening)
    route.change(enabled=False)
    assert route.shown()["enabled"] is False
    assert not route.listening()


def test_with_the_upstream_down_from_the_start_nobody_is_accepted(bench: Bench) -> None:
    body = {"name": "n", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}
    made = bench.api("POST", "/proxies", {**body, "refuse_when_upstream_down": True}).json
    host, _, port = made["listen"].rpartition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), PATIENCE)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ttl_ms": 0}, "ttl_ms must be a positive whole number"),
        ({"ttl_ms": "x"}, "ttl_ms must be a positive whole number"),
        ({"first_bytes": -1}, "first_bytes must be a positive whole number"),
        ({"connections": 1.5}, "connections must be a positive whole number"),
        ({"scope": "some"}, "scope must be one of all, existing, new"),
    ],
)
def test_bad_extensions_are_refused(bench: Bench, more: dict[str, object], words: str) -> None:
    route = bench.route()
    said = bench.api("POST", f"{route.path}/toxics", {"type": "noop", **more})
    assert said.error == (400, f"bad request body: {words}")
    assert route.shown()["toxics"] == []
