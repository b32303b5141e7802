"""slow_close: bytes pass, the end of the source is passed on late."""

from __future__ import annotations

import time

import pytest

from tests.conformance.bench import SLACK, rest, silent, travel
from tests.conformance.conftest import Bench


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_bytes_pass_at_once_and_the_end_late(bench: Bench, stream: str) -> None:
    route = bench.route()
    route.toxic("slow_close", stream, delay=200)
    client, server = route.pair()
    sender, receiver = (client, server) if stream == "upstream" else (server, client)
    assert travel(sender, receiver) < SLACK
    begun = time.monotonic()
    sender.close()
    assert silent(receiver, 0.1)
    assert rest(receiver) == b""
    assert 0.198 <= time.monotonic() - begun < 0.2 + SLACK


def test_its_removal_closes_at_once(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("slow_close", delay=60_000)
    client, server = route.pair()
    server.close()
    assert silent(client)
    route.remove(name)
    assert rest(client) == b""


def test_its_update_starts_the_wait_again(bench: Bench) -> None:
    route = bench.route()
    name = route.toxic("slow_close", delay=60_000)
    client, server = route.pair()
    server.close()
    assert silent(client)
    begun = time.monotonic()
    route.update(name, delay=100)
    assert rest(client) == b""
    assert 0.098 <= time.monotonic() - begun < 0.1 + SLACK
