"""Toxics through the API: created, shown, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.bench import Answer, Route
from tests.conformance.conftest import Bench

ATTRIBUTES = {
    "bandwidth": ["rate"],
    "latency": ["latency", "jitter"],
    "limit_data": ["bytes"],
    "noop": [],
    "reset_peer": ["timeout"],
    "slicer": ["average_size", "size_variation", "delay"],
    "slow_close": ["delay"],
    "timeout": ["timeout"],
}


def add(route: Route, body: object) -> Answer:
    return route.api("POST", f"{route.path}/toxics", body)


def test_without_toxics_the_list_is_an_empty_array(bench: Bench) -> None:
    said = bench.api("GET", f"{bench.route().path}/toxics")
    assert (said.status, said.body) == (200, b"[]")


@pytest.mark.parametrize("kind", [kind for kind in ATTRIBUTES if kind != "slicer"])
def test_attributes_that_are_not_given_are_zero(bench: Bench, kind: str) -> None:
    said = add(bench.route(), {"type": kind})
    assert said.status == 200
    assert list(said.json["attributes"]) == ATTRIBUTES[kind]
    assert set(said.json["attributes"].values()) <= {0}


def test_a_new_toxic_is_shown_to_the_byte_as_toxiproxy_shows_it(bench: Bench) -> None:
    route = bench.route()
    said = add(route, {"type": "latency", "attributes": {"latency": 5, "no such": 1}})
    assert said.body == (
        b'{"attributes":{"latency":5,"jitter":0},"name":"latency_downstream",'
        b'"type":"latency","stream":"downstream","toxicity":1}'
    )
    assert said.headers["content-type"] == "application/json"
    assert bench.api("GET", f"{route.path}/toxics/latency_downstream").body == said.body


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, b"1}"),
        (0.2, b"0.2}"),
        (0, b"0}"),
        (-3.5, b"-3.5}"),
        (7, b"7}"),
        (0.1234567891, b"0.12345679}"),
    ],
)
def test_toxicity_is_shown_in_single_precision(bench: Bench, given: Any, shown: bytes) -> None:
    said = add(bench.route(), {"type": "noop", "toxicity": given})
    assert said.body.partition(b'"toxicity":')[2] == shown


def test_toxics_are_listed_upstream_first_then_in_their_order(bench: Bench) -> None:
    route = bench.route()
    for name, stream in (("a", "downstream"), ("b", "upstream"), ("c", "downstream")):
        route.toxic("noop", stream, more={"name": name})
    listed = bench.api("GET", f"{route.path}/toxics").json
    assert [toxic["name"] for toxic in listed] == ["b", "a", "c"]
    assert route.shown()["toxics"] == listed


def test_two_toxics_of_a_type_live_under_their_names(bench: Bench) -> None:
    route = bench.route()
    for name in ("one", "two"):
        add(route, {"type": "latency", "name": name, "attributes": None})
    listed = route.shown()["toxics"]
    assert [toxic["attributes"] for toxic in listed] == [{"latency": 0, "jitter": 0}] * 2


@pytest.mark.parametrize("stream", ["downstream", "upstream"])
def test_a_taken_name_is_409_and_the_first_stays(bench: Bench, stream: str) -> None:
    route = bench.route()
    route.toxic("latency", more={"name": "x"}, latency=7)
    body = {"type": "bandwidth", "stream": stream, "name": "x", "attributes": {"rate": "bad"}}
    assert add(route, body).error == (409, "toxic already exists")
    assert [toxic["attributes"]["latency"] for toxic in route.shown()["toxics"]] == [7]


def test_default_names_differ_by_direction(bench: Bench) -> None:
    route = bench.route()
    assert route.toxic("noop") == "noop_downstream"
    assert route.toxic("noop", "upstream") == "noop_upstream"


def test_the_stream_may_be_in_any_case_and_is_kept_so(bench: Bench) -> None:
    said = add(bench.route(), {"type": "noop", "stream": "UpStream"}).json
    assert (said["name"], said["stream"]) == ("noop_UpStream", "UpStream")


@pytest.mark.parametrize("stream", ["up", "", "both"])
def test_a_bad_stream_is_refused_before_a_bad_type(bench: Bench, stream: str) -> None:
    text = "stream was invalid, can be either upstream or downstream"
    assert add(bench.route(), {"type": "nope", "stream": stream}).error == (400, text)


@pytest.mark.parametrize("body", [{}, {"type": ""}, {"type": "nope"}, {"type": "LATENCY"}, b"null"])
def test_a_type_is_required(bench: Bench, body: object) -> None:
    assert add(bench.route(), body).error == (400, "invalid toxic type")


def test_an_update_merges_attributes_and_keeps_what_is_not_given(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("latency", more={"toxicity": 0.2}, latency=5, jitter=6)
    ignored = {"name": "other", "type": "noop", "stream": "upstream"}
    said = route.update(name, more=ignored, jitter=9)
    assert said["attributes"] == {"latency": 5, "jitter": 9}
    assert (said["name"], said["type"], said["toxicity"]) == (name, "latency", 0.2)
    assert route.update(name, more={"toxicity": 0.5})["toxicity"] == 0.5
    assert route.update(name, more={"toxicity": None})["toxicity"] == 0.5
    assert bench.api("PATCH", f"{route.path}/toxics/{name}", b"null").status == 200


def test_a_removed_toxic_is_gone(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("noop")
    path = f"{route.path}/toxics/{name}"
    said = bench.api("DELETE", path)
    assert (said.status, said.body) == (204, b"")
    for method in ("DELETE", "GET", "PATCH"):
        assert bench.api(method, path, b"{").error == (404, "toxic not found")


def test_toxics_of_no_proxy_are_404(bench: Bench) -> None:
    for method, path in (("GET", "toxics"), ("POST", "toxics"), ("DELETE", "toxics/x")):
        said = bench.api(method, f"/proxies/none/{path}", b"{")
        assert said.error == (404, "proxy not found")


def test_toxics_stay_when_the_proxy_is_switched_off_and_go_with_it(bench: Bench) -> None:
    route = bench.route("again")
    route.toxic("noop")
    route.change(enabled=False)
    route.change(enabled=True)
    assert len(route.shown()["toxics"]) == 1
    bench.api("DELETE", route.path)
    assert bench.route("again").shown()["toxics"] == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("latency", "latency"),
        ("bandwidth", "rate"),
        ("slow_close", "delay"),
        ("timeout", "timeout"),
    ],
)
def test_negative_attributes(bench: Bench, kind: str, name: str) -> None:
    said = add(bench.route(), {"type": kind, "attributes": {name: -1}})
    assert said.status == bench.differs("negative-values", embedded=400, toxiproxy=200)
    if bench.engine == "embedded":
        assert said.error[1] == f"bad request body: {name} must not be negative, got -1"


@pytest.mark.parametrize("sizes", [(0, 0), (4, 5)])
def test_slicers_that_cannot_slice(bench: Bench, sizes: tuple[int, int]) -> None:
    attributes = {"average_size": sizes[0], "size_variation": sizes[1]}
    said = add(bench.route(), {"type": "slicer", "attributes": attributes})
    assert said.status == bench.differs("slicer-sizes", embedded=400, toxiproxy=200)
    if bench.engine == "embedded":
        assert "average_size" in said.error[1]


def test_a_slicer_whose_variation_is_its_average_is_taken(bench: Bench) -> None:
    attributes = {"average_size": 64, "size_variation": 64}
    assert add(bench.route(), {"type": "slicer", "attributes": attributes}).status == 200


def test_a_refused_update(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("latency", latency=1, jitter=1)
    body = b'{"attributes": {"latency": 9, "jitter": "x"}, "toxicity": 0.5}'
    assert bench.api("PATCH", f"{route.path}/toxics/{name}", body).status == 400
    toxic = bench.api("GET", f"{route.path}/toxics/{name}").json
    assert toxic["toxicity"] == 1
    expected = bench.differs("half-update", embedded=1, toxiproxy=9)
    assert toxic["attributes"] == {"latency": expected, "jitter": 1}
