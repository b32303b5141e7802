"""Addresses that people write: empty ports, names of services, and names that cannot be."""

from __future__ import annotations

import socket
import time

import pytest

from tests.conformance.bench import ending, travel, until
from tests.conformance.conftest import Bench

IMPOSSIBLE = ["db..internal:5432", "x" * 64 + ".local:5432", "127.0.0.1:²", "127.0.0.1:70000"]


@pytest.mark.parametrize("upstream", [*IMPOSSIBLE, "127.0.0.1:65536", "127.0.0.1:nonsense", "x"])
def test_a_client_of_an_impossible_upstream_is_closed_at_once(bench: Bench, upstream: str) -> None:
    route = bench.route()
    assert route.change(upstream=upstream).status == 200
    for _ in range(3):
        client = route.connect()
        begun = time.monotonic()
        assert ending(client) == "closed"
        assert time.monotonic() - begun < 1.0
    if bench.engine == "embedded":
        assert bench.api("GET", f"{route.path}/traffic").json["dial_errors"] == 3
        until(lambda: bench.api("GET", f"{route.path}/traffic").json["open"] == 0)


@pytest.mark.parametrize("listen", ["127.0.0.1:", "localhost:"])
def test_an_empty_port_is_any_port(bench: Bench, listen: str) -> None:
    body = {"name": "any", "listen": listen, "upstream": "127.0.0.1:1"}
    made = bench.api("POST", "/proxies", body)
    assert made.status == 201
    assert int(made.json["listen"].removeprefix("127.0.0.1:")) > 0


@pytest.mark.parametrize("listen", ["*:21001", "127.0.0.1:nonsense", "127.0.0.1:70000", "x..y:1"])
def test_an_impossible_listen_address_is_500_and_leaves_nothing(bench: Bench, listen: str) -> None:
    body = {"name": "odd", "listen": listen, "upstream": "127.0.0.1:1"}
    status, words = bench.api("POST", "/proxies", body).error
    assert status == 500
    assert words.startswith("listen tcp")
    assert bench.api("GET", "/proxies").json == {}


def test_the_name_of_a_service_is_a_port(bench: Bench) -> None:
    """PostgreSQL's: what answers there, if anything does, is not ours; it is dialled, though."""
    route = bench.route()
    assert route.change(upstream="127.0.0.1:postgresql").json["upstream"].endswith(":postgresql")
    listening = _listens(5432)
    client = route.connect()
    if not listening:
        assert ending(client) == "closed"


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_an_upstream_by_name_is_served(bench: Bench) -> None:
    route = bench.route()
    port = route.upstream.rpartition(":")[2]
    assert route.change(upstream=f"localhost:{port}").status == 200
    travel(*route.pair())
