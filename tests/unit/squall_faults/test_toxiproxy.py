"""Toxiproxy's API as the adapter speaks it: bodies, the server's words in errors, time limits."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from squall_faults import InjectionFailed
from squall_faults.ports import NetworkProxy, Target, Traffic
from squall_faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer

COUNTERS = {"open": 1, "accepted": 2, "upstream_bytes": 3, "downstream_bytes": 4}


@dataclass
class Stub:
    """A server that answers every call with the same status and body, after a while."""

    status: int = 200
    body: str = "{}"
    answered: threading.Event = field(default_factory=threading.Event)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    port: int = 0

    def api(self, **more: Any) -> ToxiproxyServer:
        return ToxiproxyServer("127.0.0.1", self.port, **more)


def handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            stub.calls.append((self.command, self.path, json.loads(body) if body else None))
            stub.answered.wait(10)
            self.send_response(stub.status)
            self.send_header("Content-Length", str(len(stub.body.encode())))
            self.end_headers()
            self.wfile.write(stub.body.encode())

        do_GET = do_POST = do_DELETE = _take  # noqa: N815 - the base class's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    made.answered.set()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(made)) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.answered.set()
        server.shutdown()
        thread.join()


TOXIC = {
    "name": "l", "type": "latency", "stream": "upstream", "toxicity": 1.0,
    "attributes": {"latency": 5},
}  # fmt: skip


async def add(proxy: ToxiproxyProxy, **more: Any) -> None:
    await proxy.add_toxic("l", "latency", stream="upstream", attributes={"latency": 5}, **more)


async def test_calls_to_the_embedded_engine_have_a_time_to_live(stub: Stub) -> None:
    proxy = ToxiproxyProxy(stub.api(), "postgres", ttl_seconds=1.5)
    await add(proxy)
    await proxy.update_toxic("l", attributes={"latency": 7})
    await proxy.remove_toxic("l")
    await proxy.disable()
    await proxy.enable()
    ttl = {"ttl_ms": 1500}
    assert stub.calls == [
        ("POST", "/proxies/postgres/toxics", {**TOXIC, **ttl}),
        ("POST", "/proxies/postgres/toxics/l", {"attributes": {"latency": 7}, **ttl}),
        ("DELETE", "/proxies/postgres/toxics/l", None),
        ("POST", "/proxies/postgres", {"enabled": False, **ttl}),
        ("POST", "/proxies/postgres", {"enabled": True}),
    ]


async def test_calls_to_the_real_one_have_only_what_it_knows(stub: Stub) -> None:
    proxy = ToxiproxyProxy(stub.api(), "postgres", meter=ToxiproxyServer("127.0.0.1", 1))
    await add(proxy)
    await proxy.update_toxic("l", attributes={"latency": 7})
    await proxy.disable()
    assert [body for _, _, body in stub.calls] == [
        TOXIC, {"attributes": {"latency": 7}}, {"enabled": False},
    ]  # fmt: skip
    assert not proxy.resets_live_connections


async def test_counters_are_read_from_the_meter_behind_the_real_one(stub: Stub) -> None:
    stub.body = json.dumps(COUNTERS)
    nobody = ToxiproxyServer("127.0.0.1", 1)
    assert await ToxiproxyProxy(nobody, "app", meter=stub.api()).traffic() == Traffic(
        open=1, accepted=2, upstream_bytes=3, downstream_bytes=4
    )
    assert stub.calls == [("GET", "/proxies/app/traffic", None)]


async def test_what_the_real_one_cannot_aim_is_aimed_by_the_meter(stub: Stub) -> None:
    proxy = ToxiproxyProxy(ToxiproxyServer("127.0.0.1", 1), "app", meter=stub.api())
    await add(proxy, target=Target(scope="new", connections=2, share=0.5))
    await proxy.remove_toxic("l")
    posted = stub.calls[0][2]
    assert (posted["scope"], posted["connections"], posted["toxicity"]) == ("new", 2, 0.5)
    assert [call[:2] for call in stub.calls] == [
        ("POST", "/proxies/app/toxics"), ("DELETE", "/proxies/app/toxics/l"),
    ]  # fmt: skip


async def test_names_are_quoted_in_addresses(stub: Stub) -> None:
    await ToxiproxyProxy(stub.api(), "a/b").remove_toxic("c d?e")
    assert stub.calls == [("DELETE", "/proxies/a%2Fb/toxics/c%20d%3Fe", None)]


async def test_the_adapter_is_a_network_proxy(stub: Stub) -> None:
    assert isinstance(ToxiproxyProxy(stub.api(), "postgres"), NetworkProxy)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, '{"error": "invalid toxic type", "status": 400}', "invalid toxic type"),
        (404, '{"error": "proxy not found", "status": 404}', "proxy not found"),
        (409, '{"error": "toxic already exists", "status": 409}', "toxic already exists"),
        (500, '{"error": "listen tcp: address in use"}', "listen tcp: address in use"),
        (503, "<html>no time</html>", "<html>no time</html>"),
        (502, "[1]", "[1]"),
    ],
)
async def test_a_refusal_carries_the_servers_own_words(
    stub: Stub, status: int, body: str, words: str
) -> None:
    stub.status, stub.body = status, body
    with pytest.raises(InjectionFailed) as caught:
        await add(ToxiproxyProxy(stub.api(), "postgres"))
    address = f"127.0.0.1:{stub.port}"
    assert str(caught.value) == f"POST /proxies/postgres/toxics at {address}: {words}"


async def test_words_without_end_are_cut(stub: Stub) -> None:
    stub.status, stub.body = 500, "x" * 10_000
    with pytest.raises(InjectionFailed) as caught:
        await stub.api().version()
    assert len(str(caught.value)) < 300


async def test_a_toxic_that_is_already_gone_is_no_error(stub: Stub) -> None:
    stub.status, stub.body = 404, '{"error": "toxic not found"}'
    await ToxiproxyProxy(stub.api(), "postgres").remove_toxic("l")


@pytest.mark.parametrize("status", [400, 500])
async def test_any_other_failure_of_a_removal_is_an_error(stub: Stub, status: int) -> None:
    stub.status, stub.body = status, '{"error": "no"}'
    with pytest.raises(InjectionFailed, match="no"):
        await ToxiproxyProxy(stub.api(), "postgres").remove_toxic("l")


async def test_a_server_that_hangs_is_an_error_in_time(stub: Stub) -> None:
    stub.answered.clear()
    begun = time.monotonic()
    with pytest.raises(InjectionFailed, match=r"GET /version at .*: ReadTimeout"):
        await stub.api(call_seconds=0.2).version()
    assert 0.2 <= time.monotonic() - begun < 2


async def test_nobody_listening_is_an_error_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = ToxiproxyServer("127.0.0.1", probe.getsockname()[1])
        with pytest.raises(InjectionFailed, match="ConnectionError"):
            await server.version()


async def test_a_waiting_call_does_not_hold_up_the_event_loop(stub: Stub) -> None:
    stub.answered.clear()
    waiting = [asyncio.ensure_future(add(ToxiproxyProxy(stub.api(), "postgres"))) for _ in range(3)]
    async with asyncio.timeout(5):
        while len(stub.calls) < 3:  # noqa: ASYNC110 - another thread sets no event
            await asyncio.sleep(0.005)
    stub.answered.set()
    await asyncio.gather(*waiting)


async def test_servers_do_not_mix_up_their_addresses(stub: Stub) -> None:
    """The library keeps one address for all; two servers at a time must not share it."""
    first = stub.api()
    ToxiproxyServer("127.0.0.1", 1)
    await first.delete("/x")
    assert stub.calls == [("DELETE", "/x", None)]


async def test_a_proxy_from_the_environment_is_not_asked(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    await stub.api().delete("/x")
    assert len(stub.calls) == 1


@pytest.mark.parametrize(
    ("proxies", "left"),
    [
        ({}, ""),
        ({"app": {"enabled": True, "toxics": []}}, ""),
        ({"app": {"enabled": False, "toxics": []}}, "proxy app is disabled"),
        (
            {
                "app": {"enabled": False, "toxics": [{"name": "l"}]},
                "postgres": {"enabled": True, "toxics": [{"name": "m"}]},
            },
            "proxy app is disabled, toxic l is on proxy app, toxic m is on proxy postgres",
        ),
    ],
)
async def test_what_is_still_in_force_is_named(
    stub: Stub, proxies: dict[str, Any], left: str
) -> None:
    stub.body = json.dumps(proxies)
    assert await stub.api().whole() == left


async def test_creation_answers_the_address(stub: Stub) -> None:
    stub.body = '{"listen": "127.0.0.1:4711"}'
    assert await stub.api().create("app", upstream="127.0.0.1:80") == "127.0.0.1:4711"
    assert stub.calls[0][2] == {
        "name": "app", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:80", "enabled": True,
    }  # fmt: skip
