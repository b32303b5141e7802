"""Paths, methods, headers, browsers, version and metrics: what is the same for all of the API."""

from __future__ import annotations

import json
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.conformance.bench import server, travel, until
from tests.conformance.conftest import Bench

MOZILLA = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize("path", ["/proxies", "/version", "/proxies/none", "/metrics"])
def test_every_answer_of_a_route_carries_a_request_id(bench: Bench, path: str) -> None:
    seen = {bench.api("GET", path).headers["x-toxiproxy-request-id"] for _ in range(3)}
    assert len(seen) == 3
    assert all(re.fullmatch("[0-9a-v]{20}", each) for each in seen)


@pytest.mark.parametrize("path", ["/", "/nope", "/proxies/", "/proxies/a/b", "/proxies/a/toxics/"])
def test_unknown_paths_are_404_without_json(bench: Bench, path: str) -> None:
    said = bench.api("GET", path)
    assert (said.status, said.body) == (404, b"404 page not found\n")
    assert said.headers["content-type"] == "text/plain; charset=utf-8"
    assert "x-toxiproxy-request-id" not in said.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/proxies"),
        ("DELETE", "/proxies"),
        ("OPTIONS", "/proxies"),
        ("HEAD", "/proxies"),
        ("PUT", "/proxies/a"),
        ("PATCH", "/proxies/a/toxics"),
        ("PUT", "/proxies/a/toxics/t"),
        ("GET", "/reset"),
        ("GET", "/populate"),
        ("POST", "/version"),
    ],
)
def test_wrong_methods_are_405_without_a_body(bench: Bench, method: str, path: str) -> None:
    said = bench.api(method, path)
    assert (said.status, said.body) == (405, b"")
    assert "x-toxiproxy-request-id" not in said.headers


@pytest.mark.parametrize(
    ("path", "clean"),
    [("//proxies?x=1", "/proxies?x=1"), ("/a/../version", "/version"), ("/./reset", "/reset")],
)
def test_crooked_paths_are_sent_to_the_straight_one(bench: Bench, path: str, clean: str) -> None:
    said = bench.api("GET", path)
    assert (said.status, said.headers["location"]) == (301, clean)


def test_names_are_one_segment_of_the_decoded_path(bench: Bench) -> None:
    route = bench.route("with space")
    assert bench.api("GET", "/proxies/with%20space?x=1").status == 200
    route.toxic("noop", more={"name": "a/b"})
    assert bench.api("GET", f"{route.path}/toxics/a%2Fb").body == b"404 page not found\n"


def test_a_body_may_come_in_chunks(bench: Bench) -> None:
    head = "POST /proxies HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b'{"name":"chunked","upstream":"x:1","listen":"127.0.0.1:0"}'
    with socket.create_connection((bench.api.host, bench.api.port), 5) as line:
        line.sendall(head.encode() + b"%x\r\n%s\r\n" % (10, body[:10]))
        line.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body) - 10, body[10:]))
        assert line.recv(100).startswith(b"HTTP/1.1 201 Created\r\n")


def status_of_head(bench: Bench, length: bytes) -> int:
    """What is said to a request of which only the beginning is sent."""
    head = b"POST /proxies HTTP/1.1\r\nHost: localhost\r\n"
    body = b'{"name":"large","upstream":"x:1","listen":"127.0.0.1:0"}'
    with socket.create_connection((bench.api.host, bench.api.port), 5) as line:
        line.sendall(head + length + body)
        return int(line.recv(100).split()[1])


def test_a_body_that_is_announced_as_larger_than_any(bench: Bench) -> None:
    status = status_of_head(bench, b"Content-Length: 5000000\r\n\r\n")
    assert status == bench.differs("large-bodies", embedded=400, toxiproxy=201)


@pytest.mark.parametrize("engine", ["embedded"])
def test_chunks_of_a_body_have_a_limit_too(bench: Bench) -> None:
    """It is refused as soon as that much has come; its end is not waited for."""
    chunks = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    head = b"POST /proxies HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection((bench.api.host, bench.api.port), 5) as line:
        line.sendall(head + chunks * 9)
        assert int(line.recv(100).split()[1]) == 400


def test_browsers_are_refused_and_others_are_served(bench: Bench) -> None:
    said = bench.api("GET", "/proxies", User_Agent=MOZILLA)
    assert (said.status, said.body) == (403, b"User agent not allowed\n")
    assert said.headers["content-type"] == "text/plain; charset=utf-8"
    assert "x-toxiproxy-request-id" in said.headers
    assert bench.api("POST", "/reset", User_Agent=MOZILLA).status == 403
    assert bench.api("GET", "/nope", User_Agent=MOZILLA).status == 404
    for agent in ("Wget/1.2.3", "curl/8", "", "not Mozilla/5.0"):
        assert bench.api("GET", "/proxies", User_Agent=agent).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8474", "192.0.2.1", "localhost.x"])
def test_a_foreign_host_header(bench: Bench, host: str) -> None:
    said = bench.api("GET", "/version", Host=host)
    assert said.status == bench.differs("host-header", embedded=403, toxiproxy=200)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8474", "[::1]:8474"])
def test_a_loopback_host_header_is_served(bench: Bench, host: str) -> None:
    assert bench.api("GET", "/version", Host=host).status == 200


def test_the_version_is_exact(bench: Bench) -> None:
    said = bench.api("GET", "/version")
    version = said.json["version"]
    assert said.body.decode() == f'{{"version": "{version}"}}\n'
    assert said.headers["content-type"] == "application/json;charset=utf-8"
    kind = bench.differs("version", embedded=r"2\.12\.0", toxiproxy=r"git|2\.\d+\.\d+")
    assert re.fullmatch(kind, version)


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
@pytest.mark.parametrize("way", ["received", "sent"])
def test_metrics_count_bytes_by_direction(bench: Bench, direction: str, way: str) -> None:
    route = bench.route('a"b')
    client, server = route.pair()
    travel(client, server, b"x" * 1000)
    travel(server, client, b"y" * 1000)
    line = (
        f'toxiproxy_proxy_{way}_bytes_total{{direction="{direction}",listener="{route.listen}",'
        f'proxy="a\\"b",upstream="{route.upstream}"}} 1000'
    )
    alive = line in bench.api("GET", "/metrics").body.decode().splitlines()
    assert alive is bench.differs("live-metrics", embedded=True, toxiproxy=False)
    client.close()
    until(lambda: line in bench.api("GET", "/metrics").body.decode().splitlines())


def test_metrics_are_prometheus_text_for_any_method(bench: Bench) -> None:
    for method in ("GET", "POST"):
        said = bench.api(method, "/metrics")
        assert said.status == 200
        assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    name = bench.differs("runtime-metrics", embedded="python_info", toxiproxy="go_build_info")
    assert f"\n{name}{{" in "\n" + bench.api("GET", "/metrics").body.decode()


def test_without_a_flag_there_are_no_metrics(engine: str) -> None:
    with server(engine) as (_, api):
        said = api("GET", "/metrics")
        assert (said.status, said.body) == (404, b"404 page not found\n")


def test_proxies_of_a_configuration_file_are_there_from_the_start(
    engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "proxies.json"
    entry = {"upstream": "127.0.0.1:1", "listen": "127.0.0.1:0"}
    proxies = [{"name": "on", **entry}, {"name": "off", "enabled": False, **entry}]
    path.write_text(json.dumps(proxies))
    with server(engine, "-config", str(path)) as (_, api):
        until(lambda: len(api("GET", "/proxies").json) == 2)
        shown = api("GET", "/proxies").json
        assert (shown["on"]["enabled"], shown["off"]["enabled"]) == (True, False)


@pytest.mark.parametrize("words", ["no JSON", "{}", '[{"name": "x"}]', None])
def test_a_bad_configuration_file_does_not_keep_it_from_starting(
    engine: str, tmp_path: Path, words: str | None
) -> None:
    path = tmp_path / "proxies.json"
    if words is not None:
        path.write_text(words)
    with server(engine, "-config", str(path)) as (_, api):
        assert api("GET", "/proxies").json == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(engine: str, number: signal.Signals) -> None:
    with server(engine) as (process, api):
        assert api("GET", "/proxies").status == 200
        process.send_signal(number)
        assert process.wait(5) == 0
