"""POST /populate: many proxies at once, as often as you like."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.bench import Answer, travel
from tests.conformance.conftest import Bench

LOCAL = "127.0.0.1:0"


def populate(bench: Bench, *entries: object) -> Answer:
    return bench.api("POST", "/populate", list(entries))


def entry(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "upstream": "127.0.0.1:1", "listen": LOCAL, **more}


def enabled(bench: Bench) -> dict[str, bool]:
    return {name: shown["enabled"] for name, shown in bench.api("GET", "/proxies").json.items()}


def test_proxies_are_made_in_the_order_of_the_list(bench: Bench) -> None:
    said = populate(bench, entry("two"), entry("one", enabled=None))
    assert said.status == 201
    assert [proxy["name"] for proxy in said.json["proxies"]] == ["two", "one"]
    assert said.json["proxies"][0] == bench.api("GET", "/proxies/two").json
    assert enabled(bench) == {"one": True, "two": True}


def test_a_disabled_one_stays_off(bench: Bench) -> None:
    populate(bench, entry("off", enabled=False), entry("on"))
    assert enabled(bench) == {"off": False, "on": True}


def test_the_same_again_keeps_toxics_connections_and_state(bench: Bench) -> None:
    route = bench.route()
    route.toxic("noop")
    client, server = route.pair()
    listen = f"localhost:{route.address[1]}"
    same = {"name": route.name, "upstream": route.upstream, "listen": listen, "enabled": False}
    said = populate(bench, same)
    assert said.json["proxies"] == [route.shown()]
    assert (said.json["proxies"][0]["enabled"], said.json["proxies"][0]["listen"]) == (
        True,
        route.listen,
    )
    assert len(route.shown()["toxics"]) == 1
    travel(client, server)


def test_a_changed_one_is_replaced_and_loses_toxics_and_connections(bench: Bench) -> None:
    route, other = bench.route(), bench.route("other")
    route.toxic("noop")
    client, _ = route.pair()
    populate(bench, {"name": route.name, "upstream": other.upstream, "listen": route.listen})
    assert route.shown()["toxics"] == []
    assert client.recv(1) == b""
    travel(route.connect(), other.accept())
    assert "other" in enabled(bench)


@pytest.mark.parametrize("listen", [None, "", LOCAL])
def test_port_0_again(bench: Bench, listen: str | None) -> None:
    given = entry("zero", listen=listen)
    ports = [populate(bench, given).json["proxies"][0]["listen"] for _ in range(2)]
    assert (ports[0] == ports[1]) is bench.differs(
        "populate-port-zero", embedded=True, toxiproxy=False
    )


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"upstream": "x:1"}, "missing required field: name at proxy 2"),
        ({"name": "x"}, "missing required field: upstream at proxy 2"),
        (None, "missing required field: name at proxy 2"),
    ],
)
def test_a_bad_entry_stops_everything(bench: Bench, bad: object, text: str) -> None:
    said = populate(bench, entry("good"), bad)
    assert said.status == 400
    assert said.json == {"error": text, "status": 400, "proxies": None}
    assert said.headers["content-type"] == "application/json"
    assert enabled(bench) == {}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "EOF"),
        (
            b"{}",
            (
                r"json: cannot unmarshal object into Go value of type []struct { toxiproxy.Proxy; "
                r'Enabled *bool "json:\"enabled\"" }'
            ),
        ),
        (
            b"[1]",
            (
                r"json: cannot unmarshal number into Go value of type struct { toxiproxy.Proxy; "
                r'Enabled *bool "json:\"enabled\"" }'
            ),
        ),
    ],
)
def test_what_is_no_array_of_objects_is_refused(bench: Bench, body: bytes, text: str) -> None:
    said = bench.api("POST", "/populate", body)
    expected = {"error": f"bad request body: {text}", "status": 400, "proxies": None}
    assert (said.status, said.json) == (400, expected)


@pytest.mark.parametrize("body", [b"[]", b"null"])
def test_nothing_is_populated_by_nothing(bench: Bench, body: bytes) -> None:
    said = bench.api("POST", "/populate", body)
    assert (said.status, said.json) == (201, {"proxies": None})


def test_a_bad_listen_stops_in_the_middle(bench: Bench) -> None:
    said = populate(bench, entry("one"), entry("two", listen="local373"), entry("three"))
    assert said.status == 500
    assert said.json["error"] == "listen tcp: address local373: missing port in address"
    assert [proxy["name"] for proxy in said.json["proxies"]] == ["one"]
    assert list(enabled(bench)) == ["one"]


def test_populated_proxies_take_toxics(bench: Bench) -> None:
    populate(bench, entry("one"))
    assert bench.api("POST", "/proxies/one/toxics", {"type": "noop"}).status == 200


def test_toxics_in_the_list(bench: Bench) -> None:
    toxic: Any = {"type": "latency", "attributes": {"latency": 7}}
    populate(bench, entry("one", toxics=[toxic]))
    found = [each["attributes"] for each in bench.api("GET", "/proxies/one/toxics").json]
    expected = bench.differs(
        "populate-toxics", embedded=[{"latency": 7, "jitter": 0}], toxiproxy=[]
    )
    assert found == expected


def test_a_bad_toxic_in_the_list(bench: Bench) -> None:
    said = populate(bench, entry("one", toxics=[{"type": "nope"}]))
    expected = bench.differs("populate-toxics", embedded=400, toxiproxy=201)
    assert said.status == expected
