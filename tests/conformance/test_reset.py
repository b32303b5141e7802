"""POST /reset: every proxy on, every toxic gone."""

from __future__ import annotations

import pytest

from tests.conformance.bench import ending, receive, silent, travel
from tests.conformance.conftest import Bench


@pytest.mark.parametrize("body", [None, b"not looked at"])
def test_proxies_are_on_and_toxics_gone(bench: Bench, body: object) -> None:
    off, poisoned = bench.route(), bench.route()
    off.change(enabled=False)
    poisoned.toxic("latency", latency=5000)
    poisoned.toxic("noop", "upstream")
    said = bench.api("POST", "/reset", body)
    assert (said.status, said.body) == (204, b"")
    assert "content-type" not in said.headers
    assert off.listening()
    assert off.shown()["listen"] == off.listen
    assert poisoned.shown()["toxics"] == []


def test_connections_live_on_and_held_bytes_arrive(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("latency", latency=60_000)
    server.sendall(b"held")
    assert silent(client)
    bench.api("POST", "/reset")
    assert receive(client, 4) == b"held"
    travel(client, server)


def test_a_timeout_toxics_connections_are_closed(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    route.toxic("timeout")
    bench.api("POST", "/reset")
    assert (ending(client), ending(server)) == ("closed", "closed")


def test_a_connection_survives_a_noop_and_two_resets(bench: Bench) -> None:
    route = bench.route()
    client, server = route.pair()
    travel(client, server)
    route.toxic("noop")
    for _ in range(2):
        bench.api("POST", "/reset")
        travel(client, server)
        travel(server, client)


def test_one_proxy_that_cannot_start(bench: Bench) -> None:
    taken = bench.route("taken")
    stuck = bench.route("stuck", listen=taken.listen, enabled=False)
    stuck.toxic("noop")
    later = bench.route("later")
    later.change(enabled=False)
    said = bench.api("POST", "/reset")
    text = f"listen tcp {taken.listen}: bind: address already in use"
    assert said.error == (500, text)
    assert (stuck.shown()["toxics"] == []) is bench.differs(
        "reset-goes-on", embedded=True, toxiproxy=False
    )
    if bench.engine == "embedded":  # the original's order is random
        assert later.listening()
