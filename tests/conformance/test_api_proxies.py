"""Proxies through the API: created, shown, changed, deleted."""

from __future__ import annotations

import socket

import pytest

from tests.conformance.bench import travel
from tests.conformance.conftest import Bench

NOWHERE = "127.0.0.1:1"


def test_without_proxies_the_list_is_an_empty_object(bench: Bench) -> None:
    said = bench.api("GET", "/proxies")
    assert (said.status, said.body) == (200, b"{}")


def test_a_new_proxy_is_shown_to_the_byte_as_toxiproxy_shows_it(bench: Bench) -> None:
    body = {"name": "p<&>", "listen": "localhost:0", "upstream": "example.org:1"}
    said = bench.api("POST", "/proxies", body)
    shown = (
        r'{"name":"p\u003c\u0026\u003e","listen":"%s","upstream":"example.org:1",'
        r'"enabled":true,"Logger":{},"toxics":[]}'
    )
    assert said.status == 201
    assert said.body.decode() == shown % said.json["listen"]
    assert said.headers["content-type"] == "application/json"
    assert said.json["listen"].startswith("127.0.0.1:")
    assert bench.api("GET", "/proxies/p%3C%26%3E").body == said.body


def test_proxies_are_listed_by_name(bench: Bench) -> None:
    two, one = bench.route("two"), bench.route("one")
    said = bench.api("GET", "/proxies")
    assert list(said.json) == ["one", "two"]
    assert said.json == {"one": one.shown(), "two": two.shown()}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "missing required field: name"),
        ({"name": "", "upstream": ""}, "missing required field: name"),
        ({"name": "x"}, "missing required field: upstream"),
        ({"name": "x", "upstream": ""}, "missing required field: upstream"),
    ],
)
def test_name_and_upstream_are_required(bench: Bench, body: object, text: str) -> None:
    said = bench.api("POST", "/proxies", body)
    assert said.error == (400, text)
    assert said.body.decode() == f'{{"error":"{text}","status":400}}\n'


def test_refusals_are_json_that_is_called_text(bench: Bench) -> None:
    said = bench.api("GET", "/proxies/none")
    assert said.headers["content-type"] == "text/plain; charset=utf-8"
    assert said.headers["x-content-type-options"] == "nosniff"
    assert said.body == b'{"error":"proxy not found","status":404}\n'


def test_a_proxy_without_listen_gets_a_port(bench: Bench) -> None:
    for name, given in (("a", {}), ("b", {"listen": ""}), ("c", {"listen": ":0"})):
        body = {"name": name, "upstream": NOWHERE, **given}
        host, _, port = bench.api("POST", "/proxies", body).json["listen"].rpartition(":")
        assert host == bench.differs("no-listen", embedded="127.0.0.1", toxiproxy="[::]")
        assert int(port) > 0


def test_a_wildcard_is_bound_as_asked(bench: Bench) -> None:
    body = {"name": "w", "upstream": NOWHERE, "listen": "0.0.0.0:0"}
    host = bench.api("POST", "/proxies", body).json["listen"].rpartition(":")[0]
    assert host == bench.differs("wildcard-listen", embedded="0.0.0.0", toxiproxy="[::]")


def test_a_new_proxy_listens(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    travel(client, server)


def test_a_disabled_proxy_keeps_its_text_and_does_not_listen(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"localhost:{taken.getsockname()[1]}"
        route = bench.route(listen=listen, enabled=False)
    assert route.shown()["enabled"] is False
    assert route.listen == listen
    assert not route.listening()


def test_a_disabled_proxys_address_is_not_checked(bench: Bench) -> None:
    assert bench.route(listen="local373", enabled=False).listen == "local373"


def test_a_proxy_is_switched_on_and_off_on_the_same_port(bench: Bench) -> None:
    route = bench.route()
    for enabled in (False, False, True, True, False, True):
        said = route.change(enabled=enabled)
        assert said.json["enabled"] is enabled
        assert said.json["listen"] == route.listen
        assert route.listening() is enabled


def test_a_deleted_proxy_is_gone_and_its_port_closed(bench: Bench) -> None:
    route = bench.route()
    said = bench.api("DELETE", route.path)
    assert (said.status, said.body) == (204, b"")
    assert not route.listening()
    assert bench.api("GET", "/proxies").json == {}
    assert bench.api("DELETE", route.path).error == (404, "proxy not found")
    assert bench.api("GET", route.path).error == (404, "proxy not found")
    assert bench.api("PATCH", route.path, b"{").error == (404, "proxy not found")


def test_a_taken_port_is_500_with_the_systems_words(bench: Bench) -> None:
    holder = bench.route()
    body = {"name": "late", "upstream": NOWHERE, "listen": holder.listen}
    text = f"listen tcp {holder.listen}: bind: address already in use"
    assert bench.api("POST", "/proxies", body).error == (500, text)
    assert "late" not in bench.api("GET", "/proxies").json
    bench.api("DELETE", holder.path)
    assert bench.api("POST", "/proxies", body).status == 201


def test_a_taken_name_is_409_before_the_port_is_touched(bench: Bench) -> None:
    route = bench.route("twice")
    body = {"name": "twice", "upstream": NOWHERE, "listen": route.listen}
    assert bench.api("POST", "/proxies", body).error == (409, "proxy already exists")
    bench.api("DELETE", route.path)
    assert bench.api("POST", "/proxies", body).status == 201


@pytest.mark.parametrize(
    ("listen", "text"),
    [
        ("local373", "listen tcp: address local373: missing port in address"),
        ("127.0.0.1:99999", "listen tcp: address 99999: invalid port"),
        ("127.0.0.1:abc", "listen tcp: lookup tcp/abc: unknown port"),
        ("no.host.invalid:1", "listen tcp: lookup no.host.invalid"),
    ],
)
def test_bad_addresses_are_500_and_make_no_proxy(bench: Bench, listen: str, text: str) -> None:
    body = {"name": "bad", "upstream": NOWHERE, "listen": listen}
    status, said = bench.api("POST", "/proxies", body).error
    assert status == 500
    assert said.startswith(text)
    assert bench.api("GET", "/proxies").json == {}


def test_two_proxies_cannot_start_on_one_address_until_one_stops(bench: Bench) -> None:
    first = bench.route()
    second = bench.route(listen=first.listen, enabled=False)
    status, _ = second.change(enabled=True).error
    assert status == 500
    assert second.shown()["enabled"] is False
    first.change(enabled=False)
    assert second.change(enabled=True).json["enabled"] is True


def test_an_update_to_port_0_picks_another_port(bench: Bench) -> None:
    route = bench.route()
    said = route.change(listen="localhost:0").json
    assert said["listen"] not in ("localhost:0", route.listen)
    assert not route.listening()


def test_an_update_by_host_name_keeps_connections(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    listen = f"localhost:{route.address[1]}"
    assert route.change(listen=listen, upstream=route.upstream).json["listen"] == route.listen
    travel(client, server)


def test_an_update_of_the_upstream_drops_connections_and_keeps_toxics(bench: Bench) -> None:
    route, other = bench.route(), bench.route()
    route.toxic("noop")
    client, _ = route.pair()
    said = route.change(upstream=other.upstream, name="ignored").json
    assert (said["name"], said["upstream"]) == (route.name, other.upstream)
    assert [toxic["type"] for toxic in said["toxics"]] == ["noop"]
    assert client.recv(1) == b""
    travel(route.connect(), other.accept())


def test_a_bad_update_changes_nothing_and_a_failed_bind_leaves_it_off(bench: Bench) -> None:
    route, taken = bench.route(), bench.route()
    text = "address local373: missing port in address"
    assert route.change(listen="local373").error == (500, text)
    assert route.shown()["enabled"] is True
    assert route.change(listen=taken.listen).error[0] == 500
    shown = route.shown()
    assert (shown["listen"], shown["enabled"]) == (taken.listen, False)


def test_an_update_may_empty_the_upstream(bench: Bench) -> None:
    route = bench.route()
    assert route.change(upstream="").json["upstream"] == ""


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_post_and_patch_update_alike(bench: Bench, method: str) -> None:
    route = bench.route()
    said = bench.api(method, route.path, {"enabled": False})
    assert (said.status, said.json["enabled"]) == (200, False)
    toxic = route.toxic("latency", latency=1)
    path = f"{route.path}/toxics/{toxic}"
    said = bench.api(method, path, {"attributes": {"jitter": 2}})
    assert (said.status, said.json["attributes"]) == (200, {"latency": 1, "jitter": 2})
