"""Laws of the embedded engine, on inputs that nobody thought of."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.conformance.bench import Answer, Api, Route, end, receive, rest, spawn
from tests.conformance.conftest import Bench

PER_TEST = settings(
    deadline=None,
    max_examples=int(os.environ.get("SQUALL_EXAMPLES", "150")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

KEYS = [
    "name", "Name", "listen", "upstream", "enabled", "toxics", "type", "stream", "toxicity",
    "attributes", "latency", "jitter", "rate", "bytes", "timeout", "immediate", "average_size",
    "size_variation", "delay", "ttl_ms", "scope", "connections", "first_bytes", "protocol",
    "refuse_tls", "refuse_when_upstream_down",
]  # fmt: skip
WORDS = [
    "", "p", "q", "t", "latency", "slicer", "reset_peer", "upstream", "DownStream", "127.0.0.1:0",
    "localhost:0", "127.0.0.1:1", ":", "[::1]:0", "a:b", "new", "\0", "☃", "postgresql",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)
LIKELY = st.fixed_dictionaries(
    {"name": st.sampled_from(["p", "q"]), "upstream": st.just("127.0.0.1:1")},
    optional={"listen": st.just("127.0.0.1:0"), "toxics": VALUES, "enabled": VALUES},
)
TOXIC = st.fixed_dictionaries(
    {"type": st.sampled_from(["latency", "bandwidth", "slicer", "timeout", "reset_peer", "noop"])},
    optional={
        "name": st.just("t"),
        "attributes": st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4),
        "toxicity": VALUES,
        "connections": VALUES,
        "first_bytes": VALUES,
    },
)
BODIES = (
    (VALUES | LIKELY | TOXIC | st.lists(LIKELY, max_size=3)).map(lambda v: json.dumps(v).encode())
    | st.binary(max_size=40)
    | st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)
CALLS = st.tuples(
    st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    st.sampled_from(
        ["/proxies", "/populate", "/reset", "/proxies/p", "/proxies/q", "/proxies/p/toxics",
         "/proxies/p/toxics/t", "/proxies/p/traffic", "/proxies/q/toxics/latency_downstream"]
    ),
    BODIES,
)  # fmt: skip


def fair(said: Answer) -> bool:
    """No 5xx, except for a listener that cannot be opened."""
    if said.status < 500:
        return True
    text = str(said.json["error"])
    return text.startswith(("listen tcp", "address ", "lookup "))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server whose words are read at the end: a traceback is a bug, even behind a good answer."""
    log = tmp_path_factory.mktemp("engine") / "stderr"
    with log.open("w") as stderr:
        process, api = spawn("embedded", stderr=stderr)
        yield api
        alive = process.poll() is None
        end(process)
    assert alive
    assert log.read_text() == ""


@given(calls=st.lists(CALLS, min_size=1, max_size=6))
@PER_TEST
def test_no_body_breaks_the_api(heard: Api, calls: list[tuple[str, str, bytes]]) -> None:
    heard("POST", "/populate", [{"name": "p", "upstream": "127.0.0.1:1"}])
    for method, path, body in calls:
        said = heard(method, path, body)
        note(f"{method} {path} {body!r}: {said.status} {said.body!r}")
        assert fair(said)
        if said.status >= 400 and said.body.startswith(b"{"):
            assert said.json["status"] == said.status
    for name in ("p", "q"):
        heard("DELETE", f"/proxies/{name}")


LINES = st.sampled_from(
    [b"GET /proxies HTTP/1.1", b"POST /reset HTTP/1.1", b"Host: localhost", b"Content-Length: 5",
     b"Content-Length: -1", b"Content-Length: x", b"Transfer-Encoding: chunked", b"5", b"-5", b"",
     b"Expect: 100-continue", b"GET http://[ HTTP/1.1", b"GET * HTTP/1.1", b"HEAD / HTTP/1.1"]
)  # fmt: skip


@given(lines=st.lists(LINES | st.binary(max_size=30), max_size=12))
@PER_TEST
def test_no_bytes_break_the_server(heard: Api, lines: list[bytes]) -> None:
    with socket.create_connection((heard.host, heard.port), 5) as line:
        line.sendall(b"\r\n".join([*lines, b"", b""]))
        line.shutdown(socket.SHUT_WR)
        said = rest(line)
    note(repr(said))
    assert b" 500 " not in said
    assert heard("GET", "/version").status == 200


HARMLESS = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("latency"),
            "attributes": st.fixed_dictionaries(
                {"latency": st.integers(0, 5), "jitter": st.integers(0, 8)}
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("bandwidth"),
            "attributes": st.fixed_dictionaries({"rate": st.integers(0, 100_000)}),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("slicer"),
            "attributes": st.fixed_dictionaries(
                {
                    "average_size": st.integers(20, 5000),
                    "size_variation": st.integers(0, 20),
                    "delay": st.integers(0, 50),
                }
            ),
        }
    ),
    st.just({"type": "noop"}),
    st.just({"type": "slow_close", "attributes": {"delay": 1}}),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "update", "remove"]), st.integers(0, 3), HARMLESS)
    | st.tuples(st.just("send"), st.binary(max_size=2000), st.integers(1, 30)),
    max_size=14,
)
OPTIONS = st.fixed_dictionaries(
    {}, optional={"toxicity": st.floats(0, 1), "first_bytes": st.integers(1, 5000)}
)


def take(route: Route, step: tuple[Any, Any, Any], options: dict[str, Any], stream: str) -> None:
    """Add, change or remove the toxic of that number; whether it is there does not matter."""
    what, number, toxic = step
    path = f"{route.path}/toxics"
    if what == "add":
        body = {**toxic, **options, "name": f"t{number}", "stream": stream}
        said = route.api("POST", path, body)
    elif what == "update":
        said = route.api("PATCH", f"{path}/t{number}", toxic)
    else:
        said = route.api("DELETE", f"{path}/t{number}")
    assert said.status < 500


@pytest.mark.parametrize("engine", ["embedded"])
@given(steps=STEPS, options=OPTIONS, stream=st.sampled_from(["upstream", "downstream"]))
@PER_TEST
def test_bytes_in_are_bytes_out_whatever_toxics_come_and_go(
    bench: Bench, steps: list[tuple[Any, Any, Any]], options: dict[str, Any], stream: str
) -> None:
    route = bench.route()
    client, upstream = route.pair()
    sender, receiver = (client, upstream) if stream == "upstream" else (upstream, client)
    sent = b""
    for step in steps:
        if step[0] == "send":
            sent += (piece := step[1] * step[2])
            sender.sendall(piece)
        else:
            take(route, step, options, stream)
    bench.api("POST", "/reset")
    sender.sendall(b"end")
    sender.close()
    assert receive(receiver, len(sent) + 4) == sent + b"end"
    bench.api("DELETE", route.path)
    for each in bench.sockets:
        each.close()
    bench.sockets.clear()
